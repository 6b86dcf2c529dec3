"""H8: an entry of the do-not-contact list has no end, and somebody named answers for the list."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import FieldDoesNotExist

from audit.models import Entry
from audit.trail import Self_
from consent import leading, suppression
from consent.leading import LeadRefused
from consent.models import ListLead, Suppression
from contacts import sweep, withdrawal
from crm import today
from team import people
from tests import house
from tests.contacts.sheetwork import signed_in
from vault import index, phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def home():
    return house.build()


@pytest.mark.parametrize("days", [1, 179, 180, 181, 3650])
def test_h8_a_refusal_has_no_end_and_stands_however_long_ago_it_was_and_whoever_left(home, days):
    """The law asks for 180 days at least: there is no column that could say less, and nothing ends by itself."""
    with pytest.raises(FieldDoesNotExist):
        Suppression._meta.get_field("expires_at")
    assert {field.name for field in Suppression._meta.concrete_fields} == {"id", "fingerprint", "source", "since", "lifted_at"}
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    withdrawal.withdraw(subject=wang, scope=None, method="link", reason="withdrawal", by=Self_(wang), at=house.NOON)
    late = house.NOON + days * DAY
    with time_machine.travel(late, tick=False):
        sweep.run(by=house.BY, at=late)
        mark = index.fingerprint(phone.normalise(house.WANG).digits)
        assert suppression.standing([mark]) == {mark}
        assert suppression.since(phone.normalise(house.WANG).digits).since == house.NOON


def tiles(user):
    return [str(tile.url) for tile in today.tiles(user, at=house.NOON) if tile.url == "/suppression/lead/"]


def test_h8_somebody_else_names_who_answers_for_the_list_and_the_page_says_who(home):
    """
    nobody answers: it stands on the first page of compliance and of the administrator, and on the list
    Zhao names Chen -> the list says so, the trail too, and nobody is asked any more
    Chen's account is closed -> nobody answers again
    """
    chen, zhao = signed_in(home.chen), signed_in(home.zhao)
    assert (tiles(home.chen), tiles(home.zhao), tiles(home.li)) == (["/suppression/lead/"], ["/suppression/lead/"], [])
    assert "Nobody answers for this list" in chen.get("/suppression/").content.decode()
    with time_machine.travel(house.NOON, tick=False):
        assert zhao.post("/suppression/lead/", {"person": str(home.chen.pk)}, follow=True).status_code == 200
    page = chen.get("/suppression/").content.decode()
    assert ("Answers for this list:" in page, home.chen.display_name in page, "since 2026-03-02" in page) == (True, True, True)
    entry = Entry.objects.get(act="suppression.led")
    assert (entry.actor, entry.subject, leading.current().person) == (home.zhao.pk, home.chen.pk, home.chen)
    assert (tiles(home.chen), tiles(home.zhao)) == ([], [])
    people.close_account(user=home.chen, by=home.zhao, at=house.NOON + HOUR)
    assert (leading.current(), tiles(home.zhao), ListLead.objects.count()) == (None, ["/suppression/lead/"], 1)


@pytest.mark.parametrize(
    ("by", "person", "code"),
    [
        ("li", "chen", "role"),
        ("sun", "chen", "role"),
        ("chen", "chen", "person"),
        ("zhao", "li", "person"),
        ("zhao", "zhao", "person"),
    ],
)
def test_h8_nobody_names_themself_or_whom_the_list_is_not_shown(home, by, person, code):
    with pytest.raises(LeadRefused, match=code):
        leading.name(person=getattr(home, person).pk, by=getattr(home, by), at=house.NOON)
    client = signed_in(getattr(home, by))
    answer = client.post("/suppression/lead/", {"person": str(getattr(home, person).pk)})
    assert answer.status_code == (403 if code == "role" else 400)
    assert ListLead.objects.count() == 0


def test_h8_who_answers_already_is_not_named_again_and_what_is_no_person_gets_a_sentence(home):
    leading.name(person=home.chen.pk, by=home.zhao, at=house.NOON)
    zhao = signed_in(home.zhao)
    for sent in (str(home.chen.pk), "", "x", house.WANG, str(home.event.pk)):
        answer = zhao.post("/suppression/lead/", {"person": sent})
        assert (answer.status_code, house.WANG in answer.content.decode()) == (400, False), sent
    assert ListLead.objects.count() == 1
