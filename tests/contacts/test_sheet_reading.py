"""A file becomes rows in a process of its own, or is refused with a word; whatever it is, the site goes on."""

import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from contacts.sheets import child, reading
from contacts.sheets.table import Ask, SheetRefused
from tests import house
from tests.contacts import sheetwork

WANG, ZHOU = ["王小诺", house.WANG, "是"], ["周静", house.ZHOU, "☑"]


def refused(data, name="a.csv", ask=None):
    with pytest.raises(SheetRefused) as caught:
        reading.read(data, name, ask)
    return str(caught.value), caught.value.row


def numbered(table):
    return [(row.number, row.problem) for row in table.rows]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_found_out_and_the_words_are_whole(encoding, found):
    table = reading.read(sheetwork.text([WANG, ZHOU], encoding=encoding), "a.csv")
    assert (table.head.encoding, table.header) == (found, tuple(sheetwork.HEADER))
    assert [row.cells for row in table.rows] == [tuple(WANG), tuple(ZHOU)]


def test_two_rows_of_gbk_are_chinese_and_not_korean():
    table = reading.read(sheetwork.text([WANG], encoding="gbk"), "a.csv")
    assert table.rows[0].cells[0] == "王小诺"


def test_an_encoding_that_does_not_fit_is_refused():
    assert refused(sheetwork.text([WANG], encoding="gbk"), ask=Ask(encoding="utf-8")) == ("encoding", 0)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(mark):
    table = reading.read(sheetwork.text([WANG, ZHOU], mark=mark), "a.csv")
    assert (table.head.delimiter, table.count) == (mark, 2)


def test_a_line_that_names_the_separator_is_no_row():
    """A spreadsheet hides this line, so row 2 is still the first person."""
    table = reading.read(b"sep=#\r\n" + sheetwork.text([WANG], mark="#"), "a.csv")
    assert (table.head.delimiter, numbered(table)) == ("#", [(2, "")])


def test_a_cell_of_ten_megabytes_costs_its_row_only():
    table = reading.read(sheetwork.text([WANG, ["x" * 10_000_000, "1", "是"], ZHOU]), "a.csv")
    assert numbered(table) == [(2, ""), (3, "cell"), (4, "")]


def test_a_zero_byte_costs_its_row_only():
    assert numbered(reading.read(sheetwork.text([WANG, ["王\0二", "1", "是"], ZHOU]), "a.csv")) == [
        (2, ""),
        (3, "cell"),
        (4, ""),
    ]


def test_short_and_long_rows_are_errors_of_their_own():
    rows = [WANG, WANG[:2], [*WANG, "x"], [*WANG, "", ""], ZHOU]
    assert numbered(reading.read(sheetwork.text(rows), "a.csv")) == [(2, ""), (3, "width"), (4, "width"), (5, ""), (6, "")]


def test_a_quotation_mark_in_the_wrong_place_costs_its_row_only():
    rows = [WANG, ['"王"二', house.QIAN, "是"], ZHOU]
    assert numbered(reading.read(sheetwork.text(rows), "a.csv")) == [(2, ""), (3, "quotes"), (4, "")]


def test_a_quotation_mark_that_is_never_closed_swallows_nobody():
    assert refused(sheetwork.text([WANG, ['"王二', house.QIAN, "是"], ZHOU])) == ("quotes", 3)


def test_empty_rows_are_no_rows_and_numbers_stay_those_of_the_sheet():
    table = reading.read(sheetwork.text([WANG, ["", "", ""], ZHOU, ["", "", ""], [""]]), "a.csv")
    assert numbered(table) == [(2, ""), (4, "")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b" \r\n\r\n", "a.csv", "empty"),
        (b"%PDF-1.7 x,y", "a.csv", "ending"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a.csv", "ending"),
        (bytes(range(256)) * 40, "a.csv", "encoding"),
        (b"PK\x03\x04rest", "a.csv", "ending"),
        (b"PK\x03\x04rest", "a.xlsx", "unreadable"),
        (b"name,phone\n1,2", "a.xlsx", "ending"),
        (b"name,phone\n1,2", "a.numbers", "ending"),
        (b"name,phone\n1,2", "csv", "ending"),
        ("姓名,手机\n".encode(), "a.csv", "no_rows"),
        ("姓名,手机,手机\n王,1,2\n".encode(), "a.csv", "duplicate_header"),
        ("姓名,手机,手机 \n王,1,2\n".encode(), "a.csv", "duplicate_header"),
        (sheetwork.OLD_BOOK, "a.xlsx", "ending"),
        (sheetwork.OLD_BOOK, "a.csv", "ending"),
        (sheetwork.book([WANG]), "a.xls", "ending"),
        (sheetwork.book([WANG]), "a.csv", "ending"),
        (sheetwork.book([WANG]), "a.xlsm", "macros"),
        (sheetwork.with_member(sheetwork.book([WANG]), "xl/vbaProject.bin"), "a.xlsx", "macros"),
        (sheetwork.with_member(sheetwork.book([WANG]), "xl/externalLinks/externalLink1.xml"), "a.xlsx", "macros"),
        (sheetwork.with_member(sheetwork.book([WANG]), "xl/embeddings/oleObject1.bin"), "a.xlsx", "macros"),
        (sheetwork.with_member(sheetwork.book([WANG]), "xl/connections.xml"), "a.xlsx", "macros"),
        (sheetwork.with_member(sheetwork.book([WANG]), "../../evil"), "a.xlsx", "unreadable"),
        (sheetwork.with_member(sheetwork.book([WANG]), "big", b"0" * (51 * 1024 * 1024)), "a.xlsx", "bomb"),
        (sheetwork.OLD_BOOK + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (sheetwork.OLD_BOOK + "_VBA_PROJECT".encode("utf-16-le"), "a.xls", "macros"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_word(data, name, code):
    assert refused(data, name)[0] == code


def test_a_sheet_without_headings_loses_nobody():
    """Its first row would be taken for headings, and one person would be gone."""
    assert refused(sheetwork.text([ZHOU], header=WANG)) == ("no_header", 1)


def test_a_locked_container_is_refused():
    data = bytearray(sheetwork.book([WANG]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        start = archive.start_dir
    data[start + 8] |= 1  # the first member's flag: encrypted
    assert refused(bytes(data), "a.xlsx") == ("encrypted", 0)


def test_more_than_a_hundred_thousand_rows_are_refused():
    line = b"a,13800001234,1\n"
    head = "姓名,手机,同意电话联系\n".encode()
    assert reading.read(head + line * 100_000, "a.csv", keep=0).count == 100_000
    assert refused(head + line * 100_001) == ("too_many", 0)


def test_an_old_workbook_is_read_like_a_new_one():
    table = reading.read(sheetwork.OLD_BOOK, "a.xls")
    assert [row.cells for row in table.rows] == [
        ("王小诺", "13800001234", "是", "2026-03-01"),
        ("周静", "139-0000-5678", "☑", "46082"),
    ]


def test_titles_above_the_header_are_passed_over():
    def titles(made):
        made.active.insert_rows(1, 2)
        made.active["A1"] = "中小企业融资对接会 签到表"
        made.active["C1"] = "日期:2026-11-20"
        made.active.merge_cells("A1:B1")

    table = reading.read(sheetwork.book([WANG], change=titles), "a.xlsx")
    assert (table.header, numbered(table)) == (tuple(sheetwork.HEADER), [(4, "")])


def test_a_merged_cell_costs_the_rows_it_covers():
    table = reading.read(sheetwork.book([WANG, ZHOU, WANG], change=lambda made: made.active.merge_cells("C2:C3")), "a.xlsx")
    assert numbered(table) == [(2, ""), (3, "merged"), (4, "")]


def test_a_hidden_column_is_named_and_never_guessed():
    def hide(made):
        made.active.column_dimensions["B"].hidden = True

    table = reading.read(sheetwork.book([["王", house.WANG, house.ZHOU]], ["姓名", "手机", "电话"], change=hide), "a.xlsx")
    assert table.head.hidden == (1,)
    assert table.questions == frozenset()


def test_the_first_worksheet_with_rows_is_taken_and_another_can_be_chosen():
    def more(made):
        made.create_sheet("说明", 0)["A1"] = "请看下一页"
        second = made.create_sheet("第二场")
        for line in [sheetwork.HEADER, ZHOU]:
            second.append(line)
        made.create_sheet("隐藏").sheet_state = "hidden"

    data = sheetwork.book([WANG], change=more)
    table = reading.read(data, "a.xlsx")
    assert (table.head.sheets, table.head.sheet, table.rows[0].cells) == (("说明", "Sheet", "第二场"), "1", tuple(WANG))
    assert reading.read(data, "a.xlsx", Ask(sheet="2")).rows[0].cells == tuple(ZHOU)


def test_cells_are_read_as_they_look():
    import datetime

    rows = [[1.0, 13800001234, True, datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 9, 30), 1.5, None]]
    table = reading.read(sheetwork.book(rows, ["姓名", "手机", "同意电话联系", "日期", "时间", "x", "y"]), "a.xlsx")
    assert table.rows[0].cells == ("1", "13800001234", "TRUE", "2026-03-01", "2026-03-01 09:30:00", "1.5", "")


@pytest.mark.parametrize(
    ("cell", "column", "question"),
    [
        ("13800001234 / 13900005678", 1, "two"),
        ("02/03/2026", 5, "order"),
        ("11月20日", 5, "year"),
        ("民国115年2月3日", 5, "roc"),
    ],
)
def test_what_only_a_person_can_answer_is_asked(cell, column, question):
    line = sheetwork.row()
    line[column] = cell
    assert reading.read(sheetwork.text([line], sheetwork.WHOLE), "a.csv").questions == {question}
    assert reading.read(sheetwork.text([sheetwork.row()], sheetwork.WHOLE), "a.csv").questions == frozenset()


def test_the_reader_knows_no_secret_and_no_framework():
    code = "import os, sys, contacts.sheets.child; print(sorted(os.environ), 'django' in sys.modules)"
    env = {"PYTHONPATH": str(reading.HOUSE)}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert "False" in said
    assert "DATABASE" not in said


def test_the_reader_may_write_nothing_to_disk(tmp_path):
    leak = tmp_path / "leak"
    code = f"from contacts.sheets import child; child.limit(); file = open({str(leak)!r}, 'w'); file.write('x'); file.flush()"
    ended = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(reading.HOUSE)}, capture_output=True)
    assert (b"File too large" in ended.stderr, leak.read_bytes()) == (True, b"")


def test_a_reader_that_takes_too_much_is_ended_and_says_so(monkeypatch):
    """Bounded from outside by the clock: a reader that never answers costs the request its time, not the site."""
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    assert refused(sheetwork.text([WANG] * 5000)) == ("heavy", 0)


def test_memory_is_bounded_from_inside():
    code = "from contacts.sheets import child; child.limit(); x = bytearray(2 * 1024**3)"
    ended = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(reading.HOUSE)}, capture_output=True, text=True)
    assert ended.stderr.strip().splitlines()[-1] == "MemoryError"


def test_the_rows_come_as_lines_and_the_last_line_says_how_many():
    lines = list(child.lines(sheetwork.text([WANG]), "csv", Ask()))
    assert [json.dumps(line, ensure_ascii=True).isascii() for line in lines] == [True] * 3
    assert lines[-1] == {"end": 1, "questions": []}


def test_no_file_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = set(os.listdir(reading.HOUSE))
    reading.read(sheetwork.book([WANG]), "a.xlsx")
    assert (os.listdir(tmp_path), set(os.listdir(reading.HOUSE))) == ([], before)
