"""The caller's desk: whom the gate lets one call, what came of it, days people named, and the end of trying."""

import html
import json
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Entry
from audit.trail import Self_, System
from consent import gate, notices, reasons, rules
from consent.models import Consent, NoticeVersion
from contacts import calling, dial, outcome, person_page, retention, retention_rules, reveal, rule_changes, usage, withdrawal
from contacts.models import CallAttempt, Contact, Departure, Phone, RetentionRule
from contacts.retention_rules import Standing
from contacts.sweep import run
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATER = house.NOON + timedelta(hours=1)


def enter(user, verified=False):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if verified:
        device = TOTPDevice.objects.create(user=user, name="t", confirmed=True)
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
    return client


def meet(home, number=house.WANG, **other):
    sent, _receipt = house.arrive(home.event, number, **other)
    contact = Contact.objects.get(pk=sent.subject_id)
    return contact, Phone.objects.get(contact=contact)


def ring(home, contact, number, word="", at=LATER, **day):
    attempt = dial.dial(contact=contact, phone_id=number.pk, in_book=True, by=home.li, at=at)
    if word:
        outcome.note(attempt=attempt, outcome=word, by=home.li, at=at, **day)
    return attempt


def names(desk):
    return [card.pk for _day, card in desk.callable]


def test_the_desk_shows_whom_the_gate_allows_and_nobody_else():
    home = house.build()
    wang, _number = meet(home)
    zhou, _number = meet(home, house.ZHOU)
    meet(home, house.QIAN, confirm=False)
    house.arrive(home.far, "13700001111")
    withdrawal.withdraw(subject=zhou.pk, scope=None, method="spoken", reason="withdrawal", by=home.li, at=LATER)
    assert names(calling.desk(home.li, at=LATER)) == [wang.pk]
    assert names(calling.desk(home.wu, at=LATER)) == [wang.pk]


def test_at_night_the_desk_says_why_it_is_empty():
    home = house.build()
    meet(home)
    night = house.NOON.replace(hour=15)  # 23:00 in the office
    desk = calling.desk(home.li, at=night)
    assert (names(desk), desk.closed) == ([], "quiet_hours")
    with time_machine.travel(night, tick=False):
        assert "09:00 至 21:00" in enter(home.li).get("/calls/").content.decode()


def test_a_refusal_elsewhere_takes_a_live_consent_off_the_desk():
    home = house.build()
    meet(home)
    other, _receipt = house.arrive(home.far, house.WANG)
    assert len(calling.desk(home.li, at=LATER).callable) == 1
    withdrawal.withdraw(subject=other.subject_id, scope=None, method="link", reason="withdrawal", by=home.he, at=LATER)
    assert calling.desk(home.li, at=LATER).callable == []


def test_the_desk_costs_the_same_for_one_and_for_many():
    home = house.build()
    meet(home)

    def cost():
        user = type(home.li).objects.get(pk=home.li.pk)
        with CaptureQueriesContext(connection) as asked:
            calling.desk(user, at=LATER)
        return len(asked)

    cost()
    before = cost()
    for n in range(7):
        meet(home, f"1380000{3000 + n}")
    assert (cost(), len(calling.desk(home.li, at=LATER).callable)) == (before, 8)


def test_a_call_from_the_desk_asks_for_its_outcome_afterwards():
    home = house.build()
    contact, number = meet(home)
    with time_machine.travel(LATER, tick=False):
        client = enter(home.li)
        assert str(number.pk) in client.get("/calls/").content.decode()
        page = client.post(f"/contacts/{contact.pk}/call/{number.pk}/", follow=True).content.decode()
        attempt = CallAttempt.objects.get()
        assert f'name="attempt" value="{attempt.pk}"' in page
        desk = client.get("/calls/")
        assert [row.pk for row, _card, _later in desk.context["desk"].open_calls] == [attempt.pk]
        assert "13800001234" not in desk.content.decode().replace(" ", "")
        tiles = {str(tile.url): tile.count for tile in client.get("/").context["tiles"]}
        assert tiles["/calls/"] in (0, 1)
        client.post(f"/contacts/{contact.pk}/outcome/", {"attempt": attempt.pk, "outcome": "answered"})
        assert client.get("/calls/").context["desk"].open_calls == []


def test_nobody_notes_the_outcome_of_a_colleagues_call():
    home = house.build()
    contact, number = meet(home)
    attempt = ring(home, contact, number)
    sent = {"attempt": attempt.pk, "outcome": "refused"}
    assert enter(home.wu).post(f"/contacts/{contact.pk}/outcome/", sent).status_code == 404
    assert enter(home.he).post(f"/contacts/{contact.pk}/outcome/", sent).status_code == 404
    attempt.refresh_from_db()
    assert attempt.outcome == ""


@pytest.mark.parametrize(
    ("word", "reason", "rule"), [("refused", "suppressed", "withdrawn"), ("wrong_number", "suppressed", "wrong_number")]
)
def test_refused_and_wrong_number_act_in_the_same_second(word, reason, rule):
    home = house.build()
    contact, number = meet(home)
    ring(home, contact, number, word)
    contact.refresh_from_db()
    verdict = gate.peek_many([contact.pk], "call", by=home.li, at=LATER, usage=usage.of([contact.pk], at=LATER))[contact.pk]
    assert (verdict.reason, contact.delete_rule, contact.delete_on) == (reason, rule, LATER)
    with pytest.raises(dial.CallRefused):
        ring(home, contact, number, at=LATER + 2 * DAY)


def test_later_needs_the_day_and_comes_back_on_that_day():
    home = house.build()
    contact, number = meet(home)
    attempt = ring(home, contact, number)
    for wrong in (None, LATER.date(), LATER.date() - DAY, LATER.date() + 181 * DAY):
        with pytest.raises(outcome.OutcomeRefused, match="no_day"):
            outcome.note(attempt=attempt, outcome="later", by=home.li, at=LATER, later_on=wrong)
    outcome.note(attempt=attempt, outcome="later", by=home.li, at=LATER, later_on=date(2026, 3, 9))
    assert names(calling.desk(home.li, at=LATER + 4 * DAY)) == []
    desk = calling.desk(home.li, at=LATER + 7 * DAY)
    assert [(day, card.pk) for day, card in desk.promised] == [(date(2026, 3, 9), contact.pk)]
    assert calling.promised_today(home.li, at=LATER + 7 * DAY) == 1
    ring(home, contact, number, "answered", at=LATER + 7 * DAY)
    assert calling.promised_today(home.li, at=LATER + 8 * DAY) == 0


@pytest.mark.parametrize("how", ["stopped", "ended"])
def test_where_no_call_can_come_none_is_promised(how):
    """
    D2: noon, Li calls Wang; before she notes it, Wang stops everything, or his consent ends
    his page and the desk -> every other outcome, no "call later"
    "call later" sent all the same -> a sentence, 400, and nothing is noted
    """
    home, at = house.build(), LATER
    contact, number = meet(home)
    attempt = ring(home, contact, number)
    places, word = (f"/contacts/{contact.pk}/", "/calls/"), b'value="later"'
    with time_machine.travel(LATER, tick=False):
        assert [word in enter(home.li).get(place).content for place in places] == [True, True]
    if how == "stopped":
        withdrawal.withdraw(subject=contact.pk, scope=None, method="link", reason="withdrawal", by=Self_(contact.pk), at=LATER)
    else:
        at = Consent.objects.get(subject=contact.pk, channel="call").valid_until + timedelta(seconds=1)
    with time_machine.travel(at, tick=False):
        pages = [enter(home.li).get(place).content for place in places]
        sent = {"attempt": attempt.pk, "outcome": "later", "later_on": f"{at.date() + 2 * DAY}"}
        answer = enter(home.li).post(f"/contacts/{contact.pk}/outcome/", sent, headers={"accept-language": "en"})
    if how == "stopped":  # else they are only stored, and on nobody's page
        assert [(word in page, b'value="answered"' in page) for page in pages] == [(False, True)] * 2
        assert (answer.status_code, b"no call can be promised" in answer.content) == (400, True)
    attempt.refresh_from_db()
    assert attempt.outcome == ""


def test_a_call_that_must_wait_may_be_promised():
    """H3, H4: enough for today, and the night, are no reasons against Monday."""
    home = house.build()
    contact, number = meet(home)
    attempt = ring(home, contact, number)
    night = house.NOON.replace(hour=15)  # 23:00 in the office
    for at, told in ((LATER, "attempts"), (night, "quiet_hours")):
        page = person_page.of(contact, by=home.li, at=at)
        assert (page.verdict.reason, page.later) == (told, True)
    outcome.note(attempt=attempt, outcome="later", by=home.li, at=night, later_on=date(2026, 3, 9))
    assert reasons.SENTENCES.keys() >= rules.PASSING


@pytest.mark.parametrize("day", ["", "2026-02-30", "2026/13/01", "tomorrow", "2020-01-01", "9999-12-31"])
def test_a_bad_day_gets_a_sentence_and_notes_nothing(day):
    home = house.build()
    contact, number = meet(home)
    attempt = ring(home, contact, number)
    sent = {"attempt": attempt.pk, "outcome": "later", "later_on": day}
    with time_machine.travel(LATER, tick=False):
        answer = enter(home.li).post(f"/contacts/{contact.pk}/outcome/", sent)
    attempt.refresh_from_db()
    assert (answer.status_code, attempt.outcome, b'class="flash error"' in answer.content) == (400, "", True)


def test_three_calls_in_a_row_that_reach_nobody_start_the_clock_and_the_sweep_ends_it():
    home = house.build()
    contact, number = meet(home)
    for n, word in enumerate(["unanswered", "out_of_service"]):
        ring(home, contact, number, word, at=LATER + n * 3 * DAY)
        contact.refresh_from_db()
        assert contact.delete_rule == "event_lead"
    third = LATER + 6 * DAY
    ring(home, contact, number, "unanswered", at=third)
    contact.refresh_from_db()
    assert (contact.delete_rule, contact.delete_on) == ("unreachable", third + 30 * DAY)
    assert run(by=System("sweep"), at=third + 29 * DAY).deleted == 0
    assert dict(run(by=System("sweep"), at=third + 31 * DAY).rules) == {"unreachable": 1}
    assert Departure.objects.get().rule == "unreachable"
    assert Entry.objects.filter(act="contact.erased", reason="unreachable").count() == 1


def test_an_answer_in_between_starts_anew():
    home = house.build()
    contact, number = meet(home)
    for n, word in enumerate(["unanswered", "unanswered", "answered", "unanswered"]):
        ring(home, contact, number, word, at=LATER + n * 3 * DAY)
    contact.refresh_from_db()
    assert contact.delete_rule == "promise"  # the same day as "contacted", a year after the consent


def test_a_consent_renewed_after_vain_calls_starts_anew():
    given, vain = house.NOON, house.NOON + 10 * DAY
    live = [Standing("given", given, given, given + 365 * DAY)]
    again = [Standing("renewed", vain + DAY, vain + DAY, vain + 366 * DAY)]
    days = retention_rules.DEFAULT_DAYS
    told = [
        retention_rules.due(rows, created_at=given, contacted=False, days=days, unreachable_since=vain).rule
        for rows in (live, again)
    ]
    assert told == ["unreachable", "event_lead"]


def test_the_office_sets_the_days_of_the_rule():
    home = house.build()
    assert RetentionRule.objects.get(code="unreachable").days == 30
    change = rule_changes.propose(code="unreachable", value="14", by=home.chen, at=LATER)
    rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=LATER)
    assert retention.table()["unreachable"] == 14


def show(home, contact, number, at):
    return reveal.reveal(phone=number, action="reveal_check", in_book=True, by=home.li, at=at)


def test_the_eleventh_number_in_an_hour_waits_and_is_told_how_long():
    home = house.build()
    people = [meet(home, f"1380000{4000 + n}") for n in range(usage.HOURLY + 1)]
    for n, (contact, number) in enumerate(people[: usage.HOURLY]):
        show(home, contact, number, at=LATER + timedelta(minutes=n))
    contact, number = people[-1]
    moment = LATER + timedelta(minutes=20)
    assert usage.quota_wait(home.li, contact.pk, at=moment) == 40 * 60
    with time_machine.travel(moment, tick=False):
        sent = {"phone": number.pk, "action": "reveal_check"}
        answer = enter(home.li, verified=True).post(f"/contacts/{contact.pk}/reveal/", sent)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2400")
    assert "40 分钟后" in answer.content.decode()
    assert show(home, contact, number, at=LATER + timedelta(minutes=61)).text.startswith("138")


def test_the_wait_is_the_longest_of_the_three_spans():
    home = house.build()
    contact, number = meet(home)
    decision = gate.ask(
        by=home.li, subject=contact.pk, action="reveal_check", usage=gate.Usage(), in_book=True, may=True, at=LATER
    )
    from uuid import uuid4

    from consent.models import Subject

    for n in range(usage.DAILY):
        other = Subject.objects.create(pk=uuid4(), created_at=LATER)
        CallAttempt.objects.create(
            subject=other,
            phone_id=uuid4(),
            user=home.li,
            decision=decision,
            kind="reveal",
            at=LATER + n * timedelta(minutes=10),
        )
    moment = LATER + timedelta(hours=6)
    assert usage.quota_wait(home.li, contact.pk, at=moment) == 18 * 3600
    assert usage.quota_wait(home.wu, contact.pk, at=moment) == 0


def test_who_calls_reads_first_who_calls_why_where_from_and_how_to_refuse():
    """B13: from the words that this person saw, in both languages; before the call, and while it has no outcome."""
    home = house.build()
    wang, number = meet(home)
    zhou, _number = meet(home, house.ZHOU, confirm=False)
    version = notices.current()
    with time_machine.travel(LATER, tick=False):
        li = enter(home.li)
        before = html.unescape(li.get(f"/contacts/{wang.pk}/").content.decode())
        ring(home, wang, number)
        during = html.unescape(li.get(f"/contacts/{wang.pk}/").content.decode())
        others = [li.get(f"/contacts/{zhou.pk}/"), enter(home.chen).get(f"/contacts/{wang.pk}/")]
    for page in (before, during):
        for language in ("zh", "en"):
            words = version.content[language]
            for part in (words["controller"]["name"], words["controller"]["contact"], words["withdraw"]):
                assert part in page, (language, part)
        assert ("calling for Yunnuo Demo" in page, "2026-03-02, from fair · Hall" in page, "我是Li" in page) == (
            True,
            True,
            True,
        )
    assert [(page.status_code, 'id="opening"' in page.content.decode()) for page in others] == [(200, False)] * 2


def test_no_caller_names_another_controller_than_the_person_saw():
    """B13: a newer notice names another firm; whoever agreed to the older one hears the older one's."""
    home = house.build()
    wang, _number = meet(home)
    old = notices.current()
    content = json.loads(json.dumps(old.content))
    content["en"]["controller"]["name"] = "Somebody Else Ltd."
    newer = NoticeVersion.objects.create(notice=old.notice, number=2, content=content, created_at=LATER)
    for tick in old.purposes.all():
        tick.pk, tick.version, tick._state.adding = None, newer, True
        tick.save()
    notices.publish(version=newer, by=System("test"), at=LATER)
    page = person_page.of(wang, by=home.li, at=LATER)
    told = " ".join(dict(page.opening)["en"])
    assert ("Yunnuo Demo Financial Consulting Ltd." in told, "Somebody Else" in told) == (True, False)
