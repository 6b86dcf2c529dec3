"""Canaries (I12): made-up people whom nobody may call; loud to compliance when touched, like anybody to everybody else."""

import re

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from consent.models import Consent, ConsentEvent
from contacts import canaries, dial, reveal, sweep
from contacts.canaries import CanaryRefused
from contacts.models import Canary, Contact, Phone
from crm import today
from tests import house
from tests.badinput.doors import enter
from tests.proofs.surfaces import Ask, post
from tests.proofs.worlds import told
from tests.shared import undone
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
NUMBER, NAME = "13911112222", "林小溪"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home():
    return house.build()


def plant(home, number=NUMBER, *, name=NAME, event=None, at=LATER):
    return canaries.plant(event=event or home.event, name=name, number=phone.normalise(number), by=home.chen, at=at)


def alarms(home):
    return [(tile.count, tile.tone) for tile in today.tiles(home.chen, at=LATER) if tile.url == "/canaries/"]


def acts(subject):
    return list(Entry.objects.filter(subject=subject).order_by("seq").values_list("act", flat=True))


def test_a_canary_stands_on_a_basis_like_every_number_and_the_ledger_says_who_asked(home):
    pk = plant(home)
    row, head = Phone.objects.get(contact=pk), Consent.objects.get(subject=pk)
    assert (row.basis_id, head.state, head.given_at) == (head.pk, "requested", None)
    assert ConsentEvent.objects.get(consent=head).actor == "system"
    assert acts(pk) == ["canary.planted", "contact.created", "consent.requested"]
    assert Canary.objects.get(pk=pk).planted_by == home.chen


@pytest.mark.parametrize("deed", ["reveal", "call"])
def test_whoever_wants_to_see_or_call_one_is_refused_and_named_on_the_first_page_of_compliance(home, deed):
    pk = plant(home)
    row = Phone.objects.select_related("contact").get(contact=pk)
    assert (alarms(home), canaries.tell(at=LATER)) == ([], 0)
    if deed == "reveal":
        with pytest.raises(reveal.RevealRefused):
            reveal.reveal(phone=row, action="reveal_check", in_book=True, by=home.li, at=LATER)
    else:
        with pytest.raises(dial.CallRefused):
            dial.dial(contact=row.contact, phone_id=row.pk, in_book=True, by=home.li, at=LATER)
    assert alarms(home) == [(1, "bad")]
    assert (canaries.tell(at=LATER), canaries.tell(at=LATER)) == (1, 0)
    assert acts(pk)[-2:] == [f"phone.{deed}", "canary.touched"]
    chen = enter(home.chen)
    page = chen.get("/canaries/").content.decode()
    assert ("Li</bdi>" in page, "林小溪" in page or "林*" in page, "9111" in page) == (True, True, False)
    assert chen.post(f"/canaries/{pk}/seen/").status_code == 302
    assert (alarms(home), "已查看" in chen.get("/canaries/").content.decode()) == ([], False)


def test_to_look_at_somebody_or_to_invite_them_is_no_touch(home):
    pk = plant(home)
    li = enter(home.li)
    assert (li.get("/contacts/").status_code, li.get(f"/contacts/{pk}/").status_code) == (200, 200)
    li.post(f"/contacts/{pk}/invite/")
    assert ("sms.sent" in acts(pk), alarms(home)) == (True, [])


def test_whoever_types_the_number_in_at_a_public_door_is_a_touch_too(home):
    """Nobody outside knows the number: it left this house."""
    plant(home)
    house.arrive(home.event, NUMBER, confirm=False, at=LATER)
    assert alarms(home) == [(1, "bad")]


def test_the_number_typed_at_the_door_of_another_book_cries_too_and_the_new_record_is_as_closed(home):
    """
    2026-03-02 13:00 typed at the forms of two events, one of them in another book
    compliance hears of one canary; neither record may be called, and the alarm is on record once
    """
    pk = plant(home)
    for event in (home.event, home.far):
        house.arrive(event, NUMBER, confirm=False, at=LATER)
    twin = Contact.objects.exclude(pk=pk).get()
    assert (twin.book, alarms(home)) == (home.far.book, [(2, "bad")])
    assert [(touch.canary, touch.act) for touch in canaries.unseen()] == [(pk, "sms.sent")] * 2
    assert (canaries.tell(at=LATER), canaries.tell(at=LATER), acts(pk).count("canary.touched")) == (1, 0, 1)
    for contact, by in ((Contact.objects.get(pk=pk), home.li), (twin, home.he)):
        row = Phone.objects.get(contact=contact)
        with pytest.raises(dial.CallRefused) as refused:
            dial.dial(contact=contact, phone_id=row.pk, in_book=True, by=by, at=LATER + house.timedelta(minutes=1))
        assert refused.value.decision.reason == "requested"
    assert canaries.tell(at=LATER) == 1, "He's call of the other record is a touch as well"


def test_a_touch_of_anybody_else_is_no_alarm(home):
    plant(home)
    wang = house.arrive(home.event, house.WANG, confirm=False)[0].subject_id
    row = Phone.objects.select_related("contact").get(contact=wang)
    with pytest.raises(reveal.RevealRefused):
        reveal.reveal(phone=row, action="reveal_check", in_book=True, by=home.li, at=LATER)
    assert (alarms(home), canaries.tell(at=LATER)) == ([], 0)


def same(page, pk, name):
    """A page without what is different for any two people."""
    page = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", page.replace(name[0], "某").replace(str(pk)[:8], "ID"))
    page = re.sub(r"· [0-9a-f]{12}<", "· HASH<", page)
    return re.sub(r"1\d\d \*\*\*\* \d{4}|ava h\d", "#", page)


@pytest.mark.parametrize("who", ["li", "wu"])
def test_on_every_page_of_staff_a_canary_is_like_anybody_who_has_not_confirmed(home, who):
    """Two worlds: in one a visitor who typed no code, in the other a canary of the same name; the same bytes and queries."""

    def visitor():
        return house.arrive(home.event, house.WANG, name=NAME, confirm=False, at=LATER)[0].subject_id

    def canary():
        return plant(home, house.WANG)

    def seen(come):
        with undone():
            pk = come()
            row = Phone.objects.get(contact=pk)
            browser = enter(getattr(home, who))
            asks = [
                Ask("/"), Ask("/contacts/"), Ask("/contacts/?state=requested"), Ask(f"/contacts/{pk}/"), Ask("/calls/"),
                post("/contacts/search/", q="林"), post("/contacts/search/", q=house.WANG), post("/contacts/search/", q="1234"),
                Ask(f"/contacts/{pk}/reveal/"), post(f"/contacts/{pk}/reveal/", phone=row.pk, action="reveal_check"),
                post(f"/contacts/{pk}/call/{row.pk}/"), Ask(f"/contacts/{pk}/papers/"), Ask(f"/contacts/{pk}/withdraw/"),
                Ask(f"/events/{home.event.pk}/"), Ask("/canaries/"), post("/contacts/new/", event=home.event.pk, name=NAME, number=house.WANG, act="assert"),
            ]  # fmt: skip
            return [(same(page, pk, NAME), main, vault) for page, main, vault in (told(browser, ask) for ask in asks)]

    seen(visitor)  # what the process remembers between requests is warm now
    first, second = seen(visitor), seen(canary)
    assert [n for n, (one, two) in enumerate(zip(first, second, strict=True)) if one != two] == []
    assert ("林" in NAME, "某" in first[3][0], first[14][0].startswith("403")) == (True, True, True)


def test_others_than_compliance_have_no_page_of_canaries(home):
    pk = plant(home)
    for user in (home.li, home.wu, home.zhao, home.sun):
        browser = enter(user)
        assert [browser.get("/canaries/").status_code, browser.post(f"/canaries/{pk}/seen/").status_code] == [403, 403]
        assert "/canaries/" not in browser.get("/").content.decode()
    assert Client().get("/canaries/").status_code == 302


def test_one_is_planted_by_the_form_and_only_under_a_number_of_the_offices_own(home):
    house.arrive(home.event, house.WANG)
    chen, sent = enter(home.chen), {"event": str(home.event.pk), "name": NAME, "number": NUMBER, "ours": "ours"}
    for wrong in ({"ours": ""}, {"number": house.WANG}, {"number": "12"}, {"name": ""}, {"event": "x"}):
        assert chen.post("/canaries/", sent | wrong).status_code == 400
    assert Canary.objects.count() == 0
    assert chen.post("/canaries/", sent).headers["Location"] == "/canaries/"
    assert Canary.objects.count() == 1
    with pytest.raises(CanaryRefused, match="known"):
        plant(home)


def test_an_event_that_asks_for_no_calls_takes_none(home):
    home.event.ticks.filter(tick__channel="call").delete()
    with pytest.raises(CanaryRefused, match="tick"):
        plant(home)


def test_it_leaves_within_a_week_like_whoever_does_not_confirm_and_stays_on_record(home):
    pk = plant(home)
    assert Contact.objects.get(pk=pk).delete_on == LATER + house.timedelta(days=7)
    with time_machine.travel(LATER + house.timedelta(days=8), tick=False):
        due = sweep.due_now(LATER + house.timedelta(days=8)).count()
        sweep.run(by=house.BY, at=LATER + house.timedelta(days=8))
        page = enter(home.chen).get("/canaries/").content.decode()
    assert (due, Contact.objects.filter(pk=pk).exists(), "已离开" in page) == (1, False, True)
