"""Section 4, where a door takes dates or day counts: events, holds, retention rules, audit search."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from contacts.models import Event, LegalHold, RetentionRule, RuleChange
from tests import house
from tests.badinput.doors import enter, preset, sentences
from vault import days

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NOBODY_YET = True
DAY = date(2026, 2, 3)

TAKEN = [
    ("83-iso", "2026-02-03"),
    ("83-slashes", "2026/2/3"),
    ("83-dots", "2026.02.03"),
    ("85-han", "2026年2月3日"),
    ("85-han-spaces", "2026 年 2 月 3 日"),
    ("85-full-width", "2026-02-03"),
    ("9-zero-width", "2026-02-\u200b03"),
]
ASKED = [
    ("86-numerals", "二〇二六年二月三日"),
    ("86-numerals-zero", "二零二六年二月三日"),
    ("87-republic", "民国115年2月3日"),
]
REFUSED = [
    ("83-month-13", "2026/13/01", "none"),
    ("83-day-first", "13/02/2026", "order"),
    ("84-ambiguous", "02/03/2026", "order"),
    ("87-republic-year", "民国115年", "format"),
    ("88-february-30", "2026-02-30", "none"),
    ("88-no-leap-day", "2026-02-29", "none"),
    ("88-day-0", "1900-01-00", "none"),
    ("86-month-13", "二〇二六年十三月一日", "none"),
    ("89-serial", "45000", "format"),
    ("90-two-digits", "99-1-1", "year"),
    ("90-two-digits-han", "26年2月3日", "year"),
    ("91-midnight-24", "2026-02-03T24:00:00", "format"),
    ("91-time", "2026-02-03 08:00", "format"),
    ("mixed-marks", "2026-02/03", "format"),
    ("five-digit-year", "12026-02-03", "format"),
    ("year-0", "0000-01-01", "none"),
    ("year-9999", "9999-12-31", "none"),
    ("words", "tomorrow", "format"),
    ("nul", "2026-02-03\0", "format"),
    ("long", "2" * 10_000, "format"),
    ("sql", "2026-02-03' OR 1=1", "format"),
]


def rows(table):
    return [pytest.param(*row[1:], id=row[0]) for row in table]


def open_event(home, text, language="zh-hans"):
    client = enter(home.li)
    client.cookies["django_language"] = language
    return client.post("/events/new/", preset(home, name="Fair", place="Hall", held_on=text))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("text", rows(TAKEN))
def test_an_event_takes(home, text, language):
    assert open_event(home, text, language).status_code == 302
    assert Event.objects.get(name="Fair").held_on == DAY


@pytest.mark.parametrize("text", rows(ASKED))
def test_an_event_asks_and_takes_the_answer(home, text):
    asked = open_event(home, text)
    assert (asked.status_code, sentences(asked, "held_on")) == (400, [str(days.PROBLEMS["confirm"])])
    proposed = asked.context["form"]["held_on"].value()
    assert (proposed, open_event(home, proposed).status_code) == ("2026-02-03", 302)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("text", "problem"), rows(REFUSED))
def test_an_event_refuses_with_a_sentence(home, text, problem, language):
    before = Event.objects.count(), Entry.objects.count()
    answer = open_event(home, text, language)
    said = sentences(answer, "held_on")
    assert (answer.status_code, len(said), (Event.objects.count(), Entry.objects.count())) == (400, 1, before)
    assert said[0].isascii() == (language == "en")
    assert days.read(text).problem == problem


@pytest.mark.parametrize("text", [*rows(TAKEN), *rows(ASKED), *[pytest.param(row[1], id=row[0]) for row in REFUSED]])
def test_the_audit_search_reads_days_the_same_way(home, text):
    answer = enter(home.sun).get("/audit/", {"since": text})
    assert answer.status_code == (200 if days.read(text).day else 400)


@pytest.mark.parametrize(("since", "until"), [("2026-03-02", "2026-03-01"), ("1999-12-31", ""), ("", "2999-12-32")])
def test_the_audit_search_and_export_refuse_spans_that_are_none(home, since, until):
    span = {"since": since, "until": until}
    assert enter(home.sun).get("/audit/", span).status_code == 400
    assert enter(home.sun).post("/audit/export/", span).status_code == 400


@pytest.mark.parametrize("text", [*[pytest.param(row[1], id=row[0]) for row in REFUSED], "2026-02-03", "2099-01-01", ""])
def test_a_hold_refuses_days_that_are_none_past_or_too_far(home, text):
    person = house.arrive(home.event, house.WANG)[0].subject_id
    answer = enter(home.chen).post(
        f"/contacts/{person}/hold/", {"case_ref": "A", "reason": "dispute", "scope": "all", "review_on": text}
    )
    assert (answer.status_code, len(sentences(answer, "review_on")), LegalHold.objects.count()) == (400, 1, 0)


@pytest.mark.parametrize(("ahead", "status"), [(-1, 400), (0, 302), (90, 302), (91, 400)])
def test_93_a_hold_counts_days_by_the_office_clock(home, ahead, status, time_machine):
    time_machine.move_to("2026-03-01T16:30:00+00:00", tick=False)  # half past midnight of 2 March in the office
    person = house.arrive(home.event, house.WANG, at=timezone.now() - timedelta(hours=1))[0].subject_id
    review = (date(2026, 3, 2) + timedelta(days=ahead)).isoformat()
    answer = enter(home.chen).post(
        f"/contacts/{person}/hold/", {"case_ref": "A", "reason": "dispute", "scope": "all", "review_on": review}
    )
    assert answer.status_code == status


COUNTS = ["0", "-1", "1000000000", "", "3651", "1.5", "1e3", "1_0", "٣", "abc", "0x10", "9" * 5000, "\0", " "]


@pytest.mark.parametrize("count", COUNTS, ids=[f"94-{text[:12]!r}" for text in COUNTS])
def test_94_retention_takes_whole_days_up_to_ten_years(home, count):
    before = list(RetentionRule.objects.values_list("code", "days", "version"))
    answer = enter(home.chen).post("/retention/days/", {"code": "event_lead", "days": count})
    assert (answer.status_code, list(RetentionRule.objects.values_list("code", "days", "version"))) == (400, before)
    assert len(answer.context["sentence"]) > 10


@pytest.mark.parametrize(
    ("code", "count"), [("event_lead", "1"), ("event_lead", "3650"), ("withdrawn", "0"), ("contacted", "30")]
)
def test_94_days_within_the_limits_are_kept(home, code, count):
    before = RetentionRule.objects.get(code=code).days
    assert enter(home.chen).post("/retention/days/", {"code": code, "days": count}).status_code == 302
    assert [row.value for row in RuleChange.objects.filter(code=code)] == [count] * (str(before) != count)


@pytest.mark.parametrize("code", ["", "nothing", "event_lead' --", "\0", "x" * 10_000])
def test_94_an_unknown_rule_changes_nothing(home, code):
    assert enter(home.chen).post("/retention/days/", {"code": code, "days": "9"}).status_code == 400
