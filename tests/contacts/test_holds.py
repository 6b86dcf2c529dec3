"""Legal holds: who places, who approves, who lifts; and that the page tells what waits for whom."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from contacts import hold
from contacts.models import Contact, LegalHold
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = house.NOON
DAY = timedelta(days=1)


@pytest.fixture
def home():
    """Chen holds Wang for a dispute."""
    home = house.build()
    house.arrive(home.event, house.WANG)
    home.wang = Contact.objects.get()
    home.hold = hold.place(
        contact=home.wang, case_ref="7", reason="dispute", scope="identity", review_on=(AT + DAY).date(), by=home.chen, at=AT
    )
    return home


def browser(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refused(code, deed, **named):
    with pytest.raises(hold.HoldRefused) as caught:
        deed(**named)
    assert caught.value.code == code


def offers(one):
    """What the page lets this user do about the hold."""
    return set(re.findall(r'action="/holds/[0-9a-f-]+/([a-z-]+)/"', one.get("/holds/").content.decode()))


def acts():
    return list(Entry.objects.filter(act__startswith="hold.").order_by("seq").values_list("act", flat=True))


def test_it_keeps_before_anybody_has_approved_it(home):
    assert (hold.held([home.wang.pk]), home.hold.scope, home.hold.approved_by) == ({home.wang.pk}, "identity", None)


def test_who_placed_it_does_not_approve_it(home):
    refused("same_person", hold.approve, hold_id=home.hold.pk, by=home.chen, at=AT)
    assert hold.approve(hold_id=home.hold.pk, by=home.zhao, at=AT).approved_by == home.zhao
    refused("approved", hold.approve, hold_id=home.hold.pk, by=home.wu, at=AT)
    assert acts() == ["hold.placed", "hold.approved"]


def test_two_people_lift_it(home):
    refused("not_asked", hold.lift, hold_id=home.hold.pk, by=home.zhao, at=AT)
    for _twice in range(2):
        hold.ask_to_lift(hold_id=home.hold.pk, by=home.chen, at=AT)
    refused("same_person", hold.lift, hold_id=home.hold.pk, by=home.chen, at=AT)
    assert hold.held([home.wang.pk]) == {home.wang.pk}
    hold.lift(hold_id=home.hold.pk, by=home.zhao, at=AT)
    assert hold.held([home.wang.pk]) == set()
    for deed in (hold.lift, hold.ask_to_lift, hold.approve):
        refused("not_standing", deed, hold_id=home.hold.pk, by=home.zhao, at=AT)
    assert acts() == ["hold.placed", "hold.lift_asked", "hold.lifted"]


def test_a_review_goes_on_and_takes_back_the_wish_to_lift(home):
    hold.ask_to_lift(hold_id=home.hold.pk, by=home.chen, at=AT)
    for days in (-1, 91):
        refused("review", hold.renew, hold_id=home.hold.pk, review_on=(AT + days * DAY).date(), by=home.chen, at=AT)
    renewed = hold.renew(hold_id=home.hold.pk, review_on=(AT + 90 * DAY).date(), by=home.chen, at=AT)
    assert (renewed.review_on, renewed.lift_asked_by) == ((AT + 90 * DAY).date(), None)


def test_what_wants_somebody_is_counted(home):
    assert hold.unattended(at=AT) == 1
    hold.approve(hold_id=home.hold.pk, by=home.zhao, at=AT)
    assert (hold.unattended(at=AT), hold.unattended(at=AT + 2 * DAY)) == (0, 1)
    hold.ask_to_lift(hold_id=home.hold.pk, by=home.chen, at=AT)
    assert hold.unattended(at=AT) == 1


@pytest.mark.parametrize("scope", ["", "hobbies"])
def test_an_unknown_scope_holds_nothing(home, scope):
    named = {"case_ref": "8", "reason": "dispute", "review_on": AT.date(), "by": home.chen, "at": AT}
    refused("incomplete", hold.place, contact=home.wang, scope=scope, **named)
    assert LegalHold.objects.count() == 1


def test_the_page_leads_two_people_through(home):
    chen, zhao = browser(home.chen), browser(home.zhao)
    where = f"/holds/{home.hold.pk}/"
    assert [offers(one) for one in (chen, zhao)] == [{"renew", "ask-to-lift"}, {"approve"}]
    chen.post(f"{where}approve/")
    home.hold.refresh_from_db()
    assert home.hold.approved_by is None
    zhao.post(f"{where}approve/")
    assert zhao.post(f"{where}approve/").status_code == 404
    assert chen.post(f"{where}renew/", {"review_on": "2027-01-01"}).status_code == 400
    chen.post(f"{where}renew/", {"review_on": "2026-05-01"})
    assert zhao.post(f"{where}ask-to-lift/").status_code == 403
    chen.post(f"{where}ask-to-lift/")
    assert [offers(one) for one in (chen, zhao)] == [{"renew"}, {"lift"}]
    chen.post(f"{where}lift/")
    home.hold.refresh_from_db()
    assert (home.hold.lifted_at, home.hold.review_on.isoformat()) == (None, "2026-05-01")
    zhao.post(f"{where}lift/")
    home.hold.refresh_from_db()
    assert home.hold.lifted_by == home.zhao
    assert [hold.lift_asked_by for hold in chen.get("/holds/").context["lifted"]] == [home.chen]


def test_the_second_person_sees_the_case_and_no_card_of_the_person(home):
    chen, zhao = (browser(user).get("/holds/") for user in (home.chen, home.zhao))
    [(_hold, card)] = chen.context["standing"]
    assert (card.pk, [shown for _hold, shown in zhao.context["standing"]]) == (home.wang.pk, [None])
    assert [str(card.name) in page.content.decode() for page in (chen, zhao)] == [True, False]
