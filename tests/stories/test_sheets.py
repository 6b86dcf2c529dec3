"""Sheets from the field: every row accounted for, nothing kept longer than it should be."""

import io
from datetime import timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.trail import Self_, System
from consent import suppression
from consent.models import Consent
from contacts import importing, withdrawal
from contacts.importing import may_undo, starting
from contacts.models import Contact, SheetImport, SheetRow
from contacts.sheets import headings
from contacts.sheets.plan import Plan
from contacts.sheets.table import Row
from contacts.sheets.verdict import Rules, judge
from tests import house
from vault.models import PersonKey

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HEADER = ["姓名", "手机", "同意电话联系"]
ROWS = [
    ["王小诺", house.WANG, "是"],
    ["周静", house.ZHOU, "☑"],
    ["钱远", house.QIAN, ""],
    ["吴", "1391234ABCD", "是"],
    ["王二", "138-0000-1234", "是"],
]


def csv(rows, encoding="utf-8-sig", mark=","):
    return "\n".join(mark.join(row) for row in [HEADER, *rows]).encode(encoding)


def bring(home, data, name="sheet.csv"):
    sheet = importing.upload(data=data, name=name, event=home.event, by=home.li, at=house.NOON)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=house.NOON)
    return importing.check(sheet.pk, at=house.NOON)


def commit(sheet):
    SheetImport.objects.filter(pk=sheet.pk).update(state="committing")
    return importing.commit(sheet.pk, at=house.NOON)


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8-sig", ","), ("utf-8", ";"), ("gb18030", ","), ("utf-16", "\t"), ("gb18030", "\t")]
)
def test_any_encoding_and_any_delimiter(encoding, mark):
    sheet = bring(house.build(), csv(ROWS, encoding, mark))
    assert (sheet.read, sheet.ready, sheet.held, sheet.refused) == (5, 2, 1, 2)
    reasons = list(SheetRow.objects.filter(sheet=sheet).values_list("number", "status", "reason"))
    assert reasons == [
        (2, "ready", ""),
        (3, "ready", ""),
        (4, "held", "proof"),
        (5, "refused", "number.characters"),
        (6, "refused", "duplicate_row"),
    ]


def test_an_excel_book_with_numbers_as_numbers():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, ["王小诺", 13800001234, "是"]):
        book.active.append(row)
    book.save(out)
    sheet = bring(house.build(), out.getvalue(), "sheet.xlsx")
    assert (sheet.read, sheet.ready) == (1, 1)


def test_ready_rows_come_in_as_asserted_and_leave_in_seven_days():
    home = house.build()
    sheet = commit(bring(home, csv(ROWS)))
    assert (sheet.state, sheet.done, Contact.objects.count()) == ("committed", 2, 2)
    assert set(Contact.objects.values_list("delete_rule", "delete_on")) == {("asserted", house.NOON + timedelta(days=7))}


def test_undone_while_nobody_was_used():
    home = house.build()
    sheet = commit(bring(home, csv(ROWS)))
    assert may_undo(sheet) is True
    SheetImport.objects.filter(pk=sheet.pk).update(state="undoing")
    importing.undo(sheet.pk, at=house.NOON)
    assert Contact.objects.count() == 0


def test_whoever_comes_while_it_is_being_undone_stays():
    """
    12:00 the uploader takes the sheet back
    12:01 Wang fills in the form and types the code; Zhou has filled it in
    12:02 the worker comes to it -> both stay
    """
    home = house.build()
    sheet = commit(bring(home, csv([*ROWS[:2], ["钱远", house.QIAN, "是"]])))
    assert starting.begin(sheet=sheet, deed="undo", by=home.li, at=house.NOON)
    wang, _receipt = house.arrive(home.event, house.WANG, at=house.NOON + timedelta(minutes=1))
    zhou, _none = house.arrive(home.event, house.ZHOU, at=house.NOON + timedelta(minutes=1), confirm=False)
    importing.undo(sheet.pk, at=house.NOON + timedelta(minutes=2))
    assert dict(Consent.objects.exclude(state="tombstone").values_list("subject_id", "state")) == {
        wang.subject_id: "given",
        zhou.subject_id: "requested",
    }
    sheet.refresh_from_db()
    assert (Contact.objects.count(), sheet.state, sheet.done) == (2, "undone", 2)


def test_a_sheet_reads_no_refusal_and_nobody_may_call():
    home = house.build()
    sent, _receipt = house.arrive(home.far, house.ZHOU)
    withdrawal.withdraw(
        subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=Self_(sent.subject_id), at=house.NOON
    )
    sheet = bring(home, csv(ROWS))
    rows = dict(SheetRow.objects.filter(sheet=sheet, status="held").values_list("number", "reason"))
    assert rows == {4: "proof"}
    commit(sheet)
    back = SheetRow.objects.get(sheet=sheet, number=3).subject_id
    assert suppression.subjects_suppressed([back]) == {back}


def test_a_number_in_another_book_looks_like_any_other():
    home = house.build()
    house.arrive(home.far, house.WANG)
    assert bring(home, csv(ROWS)).ready == 2
    house.arrive(home.event, house.WANG)
    assert bring(home, csv(ROWS)).ready == 1


def test_after_72_hours_only_the_counts_remain():
    home = house.build()
    sheet = bring(home, csv(ROWS))
    assert importing.purge_due(by=System("sweep"), at=house.NOON + timedelta(hours=71)) == 0
    assert importing.purge_due(by=System("sweep"), at=house.NOON + timedelta(hours=73)) == 1
    sheet.refresh_from_db()
    assert (sheet.file, sheet.read, PersonKey.objects.filter(owner=sheet.pk).exists()) == (None, 5, False)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"%PDF-1.7 x", "a.csv", "ending"),
        (b"PK\x03\x04rest", "a.csv", "ending"),
        (b"PK\x03\x04rest", "a.xlsx", "unreadable"),
        ("姓名,手机\n".encode(), "a.csv", "no_rows"),
        ("手机,手机\n1,2\n".encode(), "a.csv", "duplicate_header"),
        (b"name,phone\n1,2", "a.exe", "ending"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_word(data, name, code):
    home = house.build()
    with pytest.raises(importing.UploadRefused) as refused:
        importing.upload(data=data, name=name, event=home.event, by=home.li, at=house.NOON)
    assert str(refused.value) == code
    assert SheetImport.objects.count() == 0


@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), min_size=1, max_size=20))
def test_read_is_ready_plus_held_plus_refused(rows):
    table = [Row(n, tuple(row)) for n, row in enumerate(rows, 2)]
    rules = Rules(plan=Plan(headings.guess(HEADER)), today=house.NOON.date())
    verdicts = list(judge(table, rules))
    assert [v.number for v in verdicts] == [row.number for row in table]
    assert {v.status for v in verdicts} <= {"ready", "held", "refused"}
