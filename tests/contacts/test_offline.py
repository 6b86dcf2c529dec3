"""Forms without a network: sealed and signed by the device, taken once, asked for as of the act; a yes only by the code (C7)."""

import base64
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from audit.trail import Self_
from consent import gate, rules
from consent.gate import Usage
from consent.models import Consent, ConsentEvent, SmsMessage
from contacts import leftovers, offline_page, review_queue, withdrawal
from contacts.intake import visiting
from contacts.models import Contact, OfflineDevice, OfflineRecord, Submission
from contacts.offline import asking, preparing, taking
from tests import house
from tests.contacts.tablet import SYNC, Tablet
from vault.models import PersonKey

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
NOON = house.NOON
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def home(settings):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*", "crm.example.cn"]
    return house.build()


@pytest.fixture
def tablet(home):
    return Tablet(home)


def kept():
    return (Contact.objects.count(), Consent.objects.count(), SmsMessage.objects.count())


def test_two_forms_are_taken_in_order_with_the_time_at_which_they_were_filled_in(home, tablet):
    first, second = tablet.fill(), tablet.fill(house.ZHOU, name="周诺", at=NOON + 2 * HOUR)
    assert tablet.hand_in(first, second) == ["taken", "taken"]
    acts = list(ConsentEvent.objects.order_by("event_time").values_list("after", "event_time", "recorded_at", "actor"))
    assert acts == [("asserted", NOON + n * HOUR, SYNC, "staff") for n in (1, 2)]
    assert list(OfflineRecord.objects.order_by("counter").values_list("made_at", flat=True)) == [NOON + HOUR, NOON + 2 * HOUR]
    assert [c.delete_on for c in Contact.objects.order_by("delete_on")] == [NOON + n * HOUR + timedelta(days=7) for n in (1, 2)]
    assert kept() == (2, 2, 0), "nobody is written to before the gate was asked"


def test_the_yes_comes_by_the_code_alone_at_the_address_of_the_one_message(home, tablet):
    """
    2026-03-02 13:00 fills in the form without a network
    2026-03-02 15:00 handed in, one message
    2026-03-02 15:00 asks for the code, types it -> given, grade A
    """
    tablet.hand_in(tablet.fill())
    assert (asking.work(at=SYNC), asking.work(at=SYNC + HOUR), SmsMessage.objects.count()) == (1, 0, 1)
    record = OfflineRecord.objects.get()
    token = taking.token_of(record.device_id, record.name)
    body = visiting.subject_phone_screen(record.subject_id)
    assert f"https://crm.example.cn/e/fair/confirm/{token}/" in body
    phone, where = Client(headers={"accept-language": "en"}), f"/e/fair/confirm/{token}/"
    with time_machine.travel(SYNC + MINUTE, tick=True):
        page = phone.get(where).content.decode()
        assert ("where there was no network" in page, "id_code" in page, Consent.objects.get().state) == (
            True,
            False,
            "asserted",
        )
        phone.post(where, {"again": "1"})
        code = re.search(r"\b\d{6}\b", visiting.subject_phone_screen(record.subject_id))[0]
        assert phone.post(where, {"code": code}).status_code == 302
    head = Consent.objects.get()
    assert (head.state, head.grade) == ("given", "A")


def test_what_was_typed_without_a_code_is_the_colleagues_word_and_opens_an_invitation_alone(home, tablet):
    """
    2026-03-02 13:00 somebody types Wang's number into Li's tablet
    2026-03-02 15:00 handed in -> asserted by Li, grade D; the trail names Li, not Wang
    2026-03-02 15:00 asks phone, reveal, sms, sharing -> asserted, or nothing at all; invite -> yes
    2026-03-02 16:00 the code -> given, grade A
    """
    tablet.hand_in(tablet.fill())
    [event], record = ConsentEvent.objects.all(), OfflineRecord.objects.get()
    assert (event.after, event.actor, event.recorded_by, event.grade, event.method) == (
        "asserted", "staff", home.li, "D", "device",
    )  # fmt: skip
    entries = set(Entry.objects.filter(subject=str(record.subject_id)).values_list("act", "actor"))
    assert entries == {("contact.created", home.li.pk), ("consent.asserted", home.li.pk)}
    asked = {
        action: gate.ask(
            by=home.li, subject=record.subject_id, action=action, usage=Usage(), in_book=True, may=True, at=SYNC
        ).reason
        for action in rules.RULES
    }
    assert asked == {
        "call": "asserted", "reveal_call_by_hand": "asserted", "reveal_callback": "asserted", "reveal_check": "asserted",
        "sms": "no_consent", "share": "no_consent", "publish": "no_consent", "query_credit": "no_consent", "invite": "allowed",
        "service_call": "no_contract",
    }  # fmt: skip
    assert (review_queue.papers(SYNC).count(), Contact.objects.get().created_by) == (0, home.li)


def test_a_tablet_moves_nothing_that_is_known_of_a_person_not_even_their_last_day(home, tablet):
    """Typed in again and again, whoever has not answered stays no longer, and whoever agreed agreed to those words."""
    first = tablet.hand_in(tablet.fill(at=NOON + HOUR))
    leaves = Contact.objects.get().delete_on
    later = NOON + timedelta(days=5)
    assert first == tablet.hand_in(tablet.fill(at=later), at=later + HOUR)
    assert (Contact.objects.get().delete_on, ConsentEvent.objects.count()) == (leaves, 1)
    wang = house.arrive(home.event, house.WANG, at=later + 2 * HOUR)[0].subject_id
    before = Consent.objects.filter(subject=wang).values().get()
    tablet.hand_in(tablet.fill(at=later + 3 * HOUR), at=later + 4 * HOUR)
    assert (before["state"], Consent.objects.filter(subject=wang).values().get()) == ("given", before)


def test_decided_later_by_the_code_after_a_form_without_a_network(home, tablet):
    tablet.hand_in(tablet.fill())
    record = OfflineRecord.objects.get()
    submission = visiting.submission_of(home.event, taking.token_of(record.device_id, record.name))
    visiting.send_again(submission, language="en", at=SYNC)
    submission.refresh_from_db()
    code = re.search(r"\b\d{6}\b", visiting.subject_phone_screen(record.subject_id))[0]
    assert visiting.put_off(submission=submission, code=code, ask_on=None, language="en", at=SYNC + MINUTE)
    assert (Consent.objects.get().state, list(ConsentEvent.objects.order_by("number").values_list("after", "actor"))) == (
        "deferred",
        [("asserted", "staff"), ("requested", "subject"), ("deferred", "subject")],
    )


def test_by_night_nobody_is_asked_and_in_the_morning_once(home, tablet):
    night = NOON + 10 * HOUR  # 22:00
    tablet.hand_in(tablet.fill(), at=night)
    assert (asking.work(at=night), SmsMessage.objects.count()) == (0, 0)
    morning = NOON + 22 * HOUR
    assert (asking.work(at=morning), asking.work(at=morning + HOUR), SmsMessage.objects.count()) == (1, 0, 1)


def test_sent_twice_and_out_of_order_nothing_is_lost_and_nothing_comes_twice(home, tablet):
    first, second, third = tablet.fill(), tablet.fill(house.ZHOU), tablet.fill(house.QIAN)
    assert tablet.hand_in(third) == ["taken"]
    assert offline_page.of(home.event, by=home.li, at=SYNC)[0].missing == 2
    assert tablet.hand_in(first, second, third) == ["taken"] * 3
    assert tablet.hand_in(second, at=SYNC + HOUR) == ["taken"]
    [card] = offline_page.of(home.event, by=home.li, at=SYNC)
    assert (card.taken, card.missing, card.refused, kept()[0]) == (3, 0, [], 3)
    assert OfflineRecord.objects.count() == 3


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        ({"mark": b"\0" * 64}, "signature"),
        ({"mark": b""}, "signature"),
        ({"beside": b"other words"}, "seal"),
        ({"sealed": b"\4" * 200}, "seal"),
        ({"made": "2026-03-02T03:57:59.000Z"}, "time"),  # two minutes before it was registered
        ({"made": "2026-03-02T07:02:01.000Z"}, "time"),  # and after it came
        ({"made": "yesterday"}, "time"),
        ({"made": "2026-03-02T05:00:00.000+08:00"}, "time"),
        ({"plain": b"{}"}, "content"),
        ({"plain": b"\xff" * 40}, "content"),
        ({"form": {"number": "12"}}, "content"),
        ({"form": {"number": 13800001234}}, "content"),
        ({"form": {"name": ""}}, "content"),
        ({"form": {"ticks": []}}, "content"),
        ({"form": {"age": "minor"}}, "content"),
        ({"form": {"age": ""}}, "content"),
        ({"form": {"ticks": [str(uuid4())]}}, "content"),
        ({"form": {"ticks": "all"}}, "content"),
    ],
)
def test_what_is_not_right_is_refused_with_its_reason_on_record_and_keeps_nothing(home, tablet, touch, why):
    bad = tablet.fill(**touch)
    assert (tablet.hand_in(bad), tablet.hand_in(bad)) == ([why], [why])
    assert kept() == (0, 0, 0)
    [row] = OfflineRecord.objects.all()
    assert (row.outcome, row.subject_id, row.counter) == (why, None, 1)
    [entry] = Entry.objects.filter(act="device.refused")
    assert (entry.reason, entry.outcome, entry.subject) == (f"device_{why}", "denied", home.event.pk)
    assert tablet.hand_in(tablet.fill(counter=1)) == ["taken"], "a bad one takes no right one's number"


def test_another_record_under_a_number_that_was_taken_is_refused(home, tablet):
    first = tablet.fill()
    assert tablet.hand_in(first) == ["taken"]
    assert tablet.hand_in(tablet.fill(house.ZHOU, counter=1), tablet.fill(house.QIAN, record=first.name)) == ["counter"] * 2
    assert Contact.objects.count() == 1


def test_another_devices_record_is_none_of_ours(home, tablet):
    other = Tablet(home, by=home.wu)
    stranger = other.fill()
    assert tablet.hand_in(stranger) == ["signature"]
    assert other.hand_in(stranger) == ["taken"]


def test_a_clock_that_is_wrong_is_measured_kept_and_set_right(home, tablet):
    slow = timedelta(minutes=40)
    record = tablet.fill(at=NOON + HOUR - slow)
    assert tablet.hand_in(record, behind=slow) == ["taken"]
    row = OfflineRecord.objects.get()
    assert (row.made_at, row.skew, ConsentEvent.objects.get().event_time) == (NOON + HOUR - slow, 2400, NOON + HOUR)
    assert offline_page.of(home.event, by=home.li, at=SYNC)[0].skew == 2400


def test_a_device_that_was_revoked_or_whose_week_is_over_hands_in_nothing(home, tablet):
    before, late = tablet.fill(), Tablet(home)
    assert PersonKey.objects.filter(owner=tablet.device.pk).count() == 1
    assert (
        preparing.revoke(device=tablet.device, by=home.li, at=NOON),
        preparing.revoke(device=tablet.device, by=home.li, at=NOON),
    ) == (True, False)
    assert PersonKey.objects.filter(owner=tablet.device.pk).count() == 0
    assert (tablet.hand_in(before), kept()) == (["revoked"], (0, 0, 0))
    over = late.device.ends_at
    assert late.hand_in(late.fill(at=over - HOUR), at=over) == ["over"]
    assert (preparing.end_due(by=house.BY, at=over), preparing.end_due(by=house.BY, at=over)) == (1, 0)
    assert (PersonKey.objects.filter(owner=late.device.pk).count(), kept()) == (0, (0, 0, 0))
    assert late.hand_in(late.fill(at=over - HOUR), at=over + HOUR) == ["over"]


def test_the_sweep_leaves_the_key_of_a_device_that_still_takes(home, tablet):
    leftovers.clear(by=house.BY, at=NOON + 5 * HOUR)
    assert tablet.hand_in(tablet.fill()) == ["taken"]


def stop(subject, at, scope=None):
    withdrawal.withdraw(subject=subject, scope=scope, method="link", reason="withdrawal", by=Self_(subject), at=at)


def test_a_no_that_came_after_the_form_wins(home, tablet):
    """
    2026-03-02 12:00 agrees on the own phone
    2026-03-02 13:00 fills in another form without a network
    2026-03-02 14:00 stops everything
    2026-03-02 15:00 the form is handed in -> taken note of, and nothing else
    """
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    later = tablet.fill()
    stop(wang, NOON + 2 * HOUR)
    before = kept()
    assert tablet.hand_in(later) == ["overtaken"]
    assert (asking.work(at=SYNC), kept(), Consent.objects.get().state) == (0, before, "withdrawn")
    assert [offline_page.of(home.event, by=user, at=SYNC)[0].overtaken for user in (home.li, home.chen)] == [None, 1]


def test_a_no_that_reached_another_book_lets_no_message_out_and_looks_no_different(home, tablet):
    zhou = house.arrive(home.far, house.ZHOU)[0].subject_id
    form = tablet.fill(house.ZHOU)
    stop(zhou, NOON + 2 * HOUR)
    before = SmsMessage.objects.count()
    assert tablet.hand_in(form, tablet.fill(house.QIAN)) == ["overtaken", "taken"], "to the device both are taken"
    assert (asking.work(at=SYNC), SmsMessage.objects.count() - before) == (1, 1), "Qian is asked, Zhou is not"
    assert Consent.objects.filter(state="asserted").count() == 1, "nothing of Zhou is kept anew"


def test_the_person_is_known_by_number_and_a_yes_that_stands_stays(home, tablet):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    assert tablet.hand_in(tablet.fill()) == ["taken"]
    assert (Contact.objects.get().pk, Consent.objects.get().state) == (wang, "given")
    assert (asking.work(at=SYNC), SmsMessage.objects.filter(template="invite").count()) == (1, 0)


def test_the_device_is_told_the_same_over_the_wire_whatever_stands_elsewhere(home, tablet):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    row = tablet.fill()
    stop(wang, NOON + 2 * HOUR)
    told = {
        "now": int(SYNC.timestamp() * 1000),
        "records": [
            {
                "name": str(row.name),
                "counter": row.counter,
                "made": row.made,
                "sealed": base64.b64encode(row.sealed).decode(),
                "mark": base64.b64encode(row.mark).decode(),
            }
        ],
    }
    wire, where = Client(enforce_csrf_checks=True), f"/api/kiosk/{tablet.device.pk}/"
    with time_machine.travel(SYNC, tick=False):
        answer = wire.post(where, told, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"outcomes": {str(row.name): "taken"}})
        for bad in (
            {},
            [],
            None,
            {"now": 1, "records": []},
            {"now": "x", "records": [{}]},
            told | {"records": told["records"] * 21},
        ):
            assert wire.post(where, bad, content_type="application/json").status_code == 400
        assert wire.post(f"/api/kiosk/{uuid4()}/", told, content_type="application/json").status_code == 404


def test_no_digit_of_the_number_is_kept_with_the_record(home, tablet):
    tablet.hand_in(tablet.fill())
    rows = [*OfflineRecord.objects.values(), *OfflineDevice.objects.values(), *Submission.objects.values()]
    assert "8000" in str({"planted": house.WANG}), "the scan would find it"
    assert [str(row) for row in rows if "138000" in str(row) or "00001234" in str(row)] == []
