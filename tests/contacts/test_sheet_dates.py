"""The day of a signature: read where it is plain, asked for where it is not, never guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.sheets import dates
from contacts.sheets.dates import DateRefused, Habits

PLAIN = Habits()
ASKED = Habits(order="dmy", year=2026, roc=True, serials=True)


def refusal(text, habits=PLAIN):
    with pytest.raises(DateRefused) as caught:
        dates.read(text, habits)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03",
        "2026/2/3",
        "2026.2.3",
        "20260203",
        "2026年2月3日",
        "2026 年 2 月 3 日",
        "2026年2月3号",
        "二〇二六年二月三日",
        "二零二六年二月三日",
        "2026-2-3",
        "2026-02-03 10:30",
        "2026-02-03T23:59:59",
        "2026-02-02T23:30:00Z",
        "2026-02-03 09:00:00+08:00",
    ],
)
def test_one_day_written_in_many_ways(text):
    assert dates.read(text, PLAIN) == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二六年十一月二十日", 20),
        ("二〇二六年十一月十日", 10),
        ("二〇二六年十一月三十日", 30),
        ("二〇二六年十一月十九日", 19),
        ("二〇二六年十一月二十一日", 21),
    ],
)
def test_days_in_chinese_numerals(text, day):
    assert dates.read(text, PLAIN) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "none"),
        ("2026/13/01", "none"),
        ("1900-01-00", "none"),
        ("二〇二六年十三月三日", "none"),
        ("99-1-1", "short_year"),
        ("26/1/1", "short_year"),
        ("26年1月1日", "short_year"),
        ("2026-02-03T24:00:00", "format"),
        ("2026-02-03 25:10", "format"),
        ("2026-02/03", "format"),
        ("45000", "format"),
        ("yesterday", "format"),
        ("是", "format"),
        ("02/03/2026", "order"),
        ("13/02/2026", "order"),
        ("11月20日", "year"),
        ("11.20", "year"),
        ("十一月二十日", "year"),
        ("民国115年2月3日", "roc"),
    ],
)
def test_what_is_not_plain_is_not_guessed(text, code):
    assert refusal(text) == code


def test_the_order_a_person_named_holds_for_the_file():
    assert dates.read("02/03/2026", Habits(order="dmy")) == date(2026, 3, 2)
    assert dates.read("02/03/2026", Habits(order="mdy")) == date(2026, 2, 3)
    assert refusal("13/02/2026", Habits(order="mdy")) == "none"


def test_other_answers_of_a_person():
    assert dates.read("11月20日", ASKED) == date(2026, 11, 20)
    assert dates.read("民国115年2月3日", ASKED) == date(2026, 2, 3)
    assert dates.read("46082", ASKED) == date(2026, 3, 1)


def test_nothing_is_no_date():
    assert dates.read("  ", PLAIN) is None


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 3, 3), "future"), (date(1999, 12, 31), "early"), (date(2025, 8, 31), "notice")],
)
def test_a_signature_lies_between_its_notice_and_today(day, code):
    with pytest.raises(DateRefused) as caught:
        dates.check(day, today=date(2026, 3, 2), notice_from=date(2025, 9, 1))
    assert caught.value.code == code


def test_the_first_and_the_last_day_are_inside():
    for day in (date(2025, 9, 1), date(2026, 3, 2)):
        dates.check(day, today=date(2026, 3, 2), notice_from=date(2025, 9, 1))
    outside = []
    for day in (date(2025, 8, 31), date(2026, 3, 3)):
        with pytest.raises(DateRefused) as caught:
            dates.check(day, today=date(2026, 3, 2), notice_from=date(2025, 9, 1))
        outside.append(caught.value.code)
    assert outside == ["notice", "future"], "and the days beside them are not"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_every_plain_form(day):
    forms = (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}")
    assert {dates.read(form, PLAIN) for form in forms} == {day}
    assert dates.read(f"{day:%d/%m/%Y}", ASKED) == day


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_a_word_why_not(text):
    try:
        assert dates.read(text, ASKED) is None or True
    except DateRefused as refused:
        assert refused.code in ("none", "short_year", "format", "order", "year", "roc")


def test_serial_days_count_as_a_spreadsheet_counts_them():
    assert dates.SERIAL_ZERO + timedelta(days=36526) == date(2000, 1, 1)
