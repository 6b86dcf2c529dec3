"""What becomes of a row, cell by cell; each rule with the row of the bad-input list it answers."""

from datetime import date

import pytest

from contacts.sheets import headings
from contacts.sheets.plan import Choices, Plan
from contacts.sheets.table import Row
from contacts.sheets.verdict import Rules, judge, mark
from tests import house
from tests.contacts.sheetwork import WHOLE, row

TWO = f"{house.WANG} / {house.ZHOU}"
NOTICE = date(2025, 9, 1)


def verdicts(*lines, channels=("call", "sms"), serials=False, **choices):
    plan = Plan(headings.guess(WHOLE), Choices(**choices))
    rules = Rules(plan, today=date(2026, 3, 2), notice_from=NOTICE, channels=frozenset(channels), serials=serials)
    rows = [line if isinstance(line, Row) else Row(n, tuple(line)) for n, line in enumerate(lines, 2)]
    return list(judge(rows, rules))


def outcome(*lines, **more):
    (verdict,) = verdicts(*lines, **more)
    return verdict.status, verdict.reason


def digits(verdict):
    return [number.digits for number in verdict.numbers]


@pytest.mark.parametrize("yes", ["是", "同意", "Y", "yes", "√", "✓", "✔", "☑", "☑️", "1", "TRUE", "Ｙ", " 是 "])
def test_a_mark_says_yes(yes):
    assert mark(yes) is True


@pytest.mark.parametrize("no", ["", "否", "不同意", "N", "×", "☐", "0", "FALSE", "2026-03-01", "?", "同意?", "是否"])
def test_anything_else_is_no_yes(no):
    assert mark(no) is False
    assert outcome(row(call=no)) == ("held", "proof")


def test_a_no_to_calls_is_not_outvoted_by_a_general_yes():
    plan = Plan({"name": 0, "mobile": 1, "consent_call": 2, "consent": 3})
    rules = Rules(plan, today=date(2026, 3, 2))
    rows = [Row(2, ("王", house.WANG, "否", "是")), Row(3, ("周", house.ZHOU, "", "是"))]
    assert [v.channels for v in judge(rows, rules)] == [(), ("call",)]


def test_a_channel_the_notice_does_not_ask_for_is_no_consent():
    assert outcome(row(call="", sms="是"), channels=("call",)) == ("held", "proof")
    assert outcome(row(call="", sms="是")) == ("ready", "")


def test_two_numbers_in_a_cell_are_held_until_a_person_says_which():
    (held,), (first,), (both,) = (verdicts(row(mobile=TWO), two=two) for two in ("hold", "first", "both"))
    assert (held.status, held.reason) == ("held", "two_numbers")
    assert (first.reason, digits(first)) == ("first_number", ["86" + house.WANG])
    assert (both.reason, digits(both)) == ("both_numbers", ["86" + house.WANG, "86" + house.ZHOU])


def test_a_second_number_counts_when_numbers_are_compared():
    found = verdicts(row(mobile=TWO), row(mobile=house.ZHOU), two="both")
    assert [v.reason for v in found] == ["both_numbers", "duplicate_row"]
    found = verdicts(row(mobile=TWO), row(mobile=house.ZHOU), two="first")
    assert [v.reason for v in found] == ["first_number", ""]


def test_colleagues_may_share_a_landline():
    found = verdicts(row(landline="021 58886840"), row(mobile=house.ZHOU, landline="021 58886840"))
    assert [(v.reason, len(v.numbers)) for v in found] == [("", 2), ("", 2)]


def test_a_landline_that_cannot_be_read_is_left_out_and_the_verdict_says_so():
    for cell in ("5888", "021 58886840 / 021 58886841", "请勿打扰"):
        (verdict,) = verdicts(row(landline=cell))
        assert (verdict.status, verdict.reason, len(verdict.numbers)) == ("ready", "landline", 1)


@pytest.mark.parametrize("cell", ["1.3800001234E10", "1.3800001234E+10", "1.3800001234e+10", "13800001234.0", "13800001234"])
def test_a_number_written_as_a_float_is_whole(cell):
    assert digits(*verdicts(row(mobile=cell))) == ["86" + house.WANG]


@pytest.mark.parametrize("cell", ["1.38E+10", "1.38000E10", "1E10", "1.38000012345E10"])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused(cell):
    assert outcome(row(mobile=cell)) == ("refused", "number.rounded")


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "＝1", "-2", "%0A=1", "|x"])
def test_a_formula_is_a_literal_text(cell):
    (verdict,) = verdicts(row(note=cell))
    assert (verdict.status, verdict.texts["note"]) == ("ready", cell)


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "########"])
def test_a_formula_without_a_result_is_an_error_of_its_row(cell):
    assert outcome(row(note=cell)) == ("refused", "formula")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Row(2, tuple(row()), "cell"), "cell"),
        (Row(2, tuple(row()), "width"), "width"),
        (Row(2, tuple(row()), "merged"), "merged"),
        (Row(2, tuple(row()), "quotes"), "quotes"),
        (["合计", "190", "", "", "", "", ""], "total"),
        (["", "总计", "190", "", "", "", ""], "total"),
        (Row(2, ("Total", "190"), "width"), "total"),
        (["", house.WANG, "", "是", "", "", ""], "name"),
        (["王" * 61, house.WANG, "", "是", "", "", ""], "name"),
        (["王\n二", house.WANG, "", "是", "", "", ""], "cell"),
        (["王\ud800", house.WANG, "", "是", "", "", ""], "cell"),
        (["王二", "", "", "是", "", "", ""], "number.empty"),
        (["王二", "1391234ABCD", "", "是", "", "", ""], "number.characters"),
        (["王二", "1380000123", "", "是", "", "", ""], "number.length"),
        (row(day="2026-03-03"), "date.future"),
        (row(day="1999-12-31"), "date.early"),
        (row(day="2025-08-31"), "date.notice"),
        (row(day="2026-02-30"), "date.none"),
        (row(day="99-1-1"), "date.short_year"),
        (row(day="昨天"), "date.format"),
        (row(day="46082"), "date.format"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(line, reason):
    assert outcome(line) == ("refused", reason)


@pytest.mark.parametrize(
    ("cell", "reason", "answers"),
    [
        ("02/03/2026", "date.order", {"order": "mdy"}),
        ("11月20日", "date.year", {"year": 2025}),
        ("民国115年2月3日", "date.roc", {"roc": True}),
    ],
)
def test_a_date_that_only_a_person_can_settle_is_held_until_they_have(cell, reason, answers):
    assert outcome(row(day=cell)) == ("held", reason)
    (verdict,) = verdicts(row(day=cell), **answers)
    assert (verdict.status, verdict.reason) == ("ready", "")
    assert verdict.signed_on is not None


def test_a_bare_serial_is_a_day_in_a_workbook_only():
    (verdict,) = verdicts(row(day="46082"), serials=True)
    assert verdict.signed_on == date(2026, 3, 1)


def test_a_missing_consent_is_named_before_any_question():
    """So that a held row says nothing of its number, whatever else is open about it."""
    assert outcome(row(call="", day="11月20日")) == ("held", "proof")


def test_a_verdict_shows_no_value():
    (verdict,) = verdicts(row())
    assert repr(verdict) == "<RowVerdict 2 ready >"
