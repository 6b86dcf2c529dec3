"""What leaves the house can be checked by whoever receives it; one flipped byte is found."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from audit import bundle, cells, export, trail, verify
from audit.models import Entry
from audit.trail import EntryDraft
from tests.audit import cleaning
from tests.audit.cast import AT, LI, WANG, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def written():
    drafts = [
        EntryDraft("phone.reveal", by=LI, at=AT + timedelta(days=day), subject=WANG, numbers=[day], reason="call")
        for day in range(5)
    ]
    with transaction.atomic():
        return trail.record_many(drafts)


@pytest.fixture
def exported(written, tmp_path):
    path = tmp_path / "trail.zip"
    with path.open("wb") as file:
        export.write(file, since=None, until=None, at=AT)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rehash(files: dict[str, bytes]) -> dict[str, bytes]:
    """Make the manifest agree with the files again, as a clever forger would."""
    told = json.loads(files[bundle.MANIFEST])
    for name in (bundle.ENTRIES, bundle.SHEET):
        told["files"][name]["sha256"] = hashlib.sha256(files[name]).hexdigest()
    return files | {bundle.MANIFEST: json.dumps(told).encode()}


def word(path: Path) -> str:
    with pytest.raises(verify.Broken) as broken:
        verify.bundle_file(path)
    return broken.value.word


def test_the_leaves_leave_verbatim_in_the_order_written(written, exported):
    lines = parts(exported)[bundle.ENTRIES].splitlines()
    assert lines == [entry.content for entry in Entry.objects.order_by("seq")]
    assert [json.loads(line)["id"] for line in lines] == [str(eid) for eid in written]
    assert verify.bundle_file(exported).count == 5


def test_the_sheet_opens_in_excel_and_says_the_same(written, exported):
    content = parts(exported)[bundle.SHEET]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert [(row["id"], row["numbers"], row["time_utc"][:10]) for row in rows] == [
        (str(eid), str(day), f"2026-03-0{day + 1}") for day, eid in enumerate(written)
    ]


def test_the_manifest_counts_and_admits_that_it_is_unsigned(written, exported):
    told = json.loads(parts(exported)[bundle.MANIFEST])
    assert (told["count"], told["first"], told["last"], told["sealed"]) == (
        5,
        str(written[0]),
        str(written[-1]),
        False,
    )


def test_a_span_includes_its_start_and_not_its_end(written, tmp_path):
    path = tmp_path / "span.zip"
    with path.open("wb") as file:
        export.write(file, since=AT + timedelta(days=1), until=AT + timedelta(days=3), at=AT)
    told = json.loads(parts(path)[bundle.MANIFEST])
    assert (told["count"], told["first"], told["last"]) == (2, str(written[1]), str(written[2]))


def test_an_empty_trail_makes_a_whole_bundle(tmp_path):
    path = tmp_path / "none.zip"
    with path.open("wb") as file:
        export.write(file, since=None, until=None, at=AT)
    assert verify.bundle_file(path).count == 0


def test_each_forgery_is_called_by_its_name(exported):
    good = parts(exported)
    lines = good[bundle.ENTRIES].splitlines(keepends=True)

    def with_entries(*kept: bytes) -> dict[str, bytes]:
        return rehash(good | {bundle.ENTRIES: b"".join(kept)})

    edited = lines[1].replace(b'"reason":"call"', b'"reason":"quota"')
    forged = {
        "files": good | {bundle.ENTRIES: good[bundle.ENTRIES].replace(b"call", b"cxll", 1)},
        "manifest": good | {bundle.MANIFEST: b"{}"},
        "canonical": with_entries(lines[0].replace(b'"v":1', b'"v": 1'), *lines[1:]),
        "duplicate": with_entries(lines[0], lines[0], *lines[2:]),
        "csv": with_entries(lines[0], edited, *lines[2:]),
        "chain": rehash(
            good
            | {
                bundle.ENTRIES: b"".join([lines[0], edited, *lines[2:]]),
                bundle.SHEET: swap_reason(good[bundle.SHEET]),
            }
        ),
    }
    assert {name: word(rezip(exported, files)) for name, files in forged.items()} == {name: name for name in forged}


def swap_reason(sheet: bytes) -> bytes:
    rows = sheet.split(b"\r\n")
    rows[2] = rows[2].replace(b",call,", b",quota,")
    return b"\r\n".join(rows)


def test_a_sheet_that_says_too_much_or_is_no_sheet_is_found(exported):
    good = parts(exported)
    more = rehash(good | {bundle.SHEET: good[bundle.SHEET] + good[bundle.SHEET].splitlines(keepends=True)[-1]})
    other = rehash(good | {bundle.SHEET: b"id,act\r\n"})
    extra = good | {"readme.txt": b"hello"}
    assert [word(rezip(exported, files)) for files in (more, other, extra)] == ["csv", "csv", "files"]


def test_a_manifest_of_another_format_is_not_believed(exported):
    good = parts(exported)
    told = json.loads(good[bundle.MANIFEST]) | {"format": "somebody/9"}
    assert word(rezip(exported, good | {bundle.MANIFEST: json.dumps(told).encode()})) == "manifest"


def test_a_line_cut_short_or_left_out_is_found(exported):
    good = parts(exported)
    lines = good[bundle.ENTRIES].splitlines(keepends=True)
    rows = good[bundle.SHEET].splitlines(keepends=True)
    cut = rehash(good | {bundle.ENTRIES: good[bundle.ENTRIES][:-20]})
    short = rehash(good | {bundle.ENTRIES: b"".join(lines[:-1]), bundle.SHEET: b"".join(rows[:-1])})
    assert (word(rezip(exported, cut)), word(rezip(exported, short))) == ("canonical", "count")


def test_every_flipped_byte_of_the_zip_is_found(exported):
    whole = exported.read_bytes()
    missed = []
    for place in range(0, len(whole), 37):
        exported.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            verify.bundle_file(exported)
        except verify.Broken:
            continue
        # A byte of the zip's own book-keeping (a date, a flag) may change nothing that is inside.
        missed += [place] if parts(exported) != parts_of(whole) else []
    assert missed == []


def parts_of(whole: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert word(path) == "bundle"


def test_the_live_trail_is_whole(written):
    assert verify.live().count == 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("act = 'user.signin'", "columns"),
        ("subject = NULL", "columns"),
        ("outcome = 'denied'", "columns"),
        ("at_us = at_us + 1", "columns"),
    ],
)
def test_a_column_changed_by_the_owner_of_the_database_is_found(written, change, expected):
    with cleaning.lifted(connection):
        run(f"UPDATE audit_entry SET {change} WHERE seq = (SELECT max(seq) FROM audit_entry)")
    with pytest.raises(verify.Broken) as broken:
        verify.live()
    assert (broken.value.word, broken.value.place) == (expected, 5)


def test_a_damaged_leaf_still_leaves_and_is_named_by_the_check(written, tmp_path):
    path = tmp_path / "damaged.zip"
    with cleaning.lifted(connection):
        if connection.vendor == "postgresql":
            wrong = "leaf = 'xx', leaf_hash = sha256('\\x00'::bytea || 'xx')"
            run(f"UPDATE audit_entry SET {wrong} WHERE eid = %s", written[2])
        else:
            run("UPDATE audit_entry SET leaf = x'7878' WHERE eid = %s", written[2].hex)
    with path.open("wb") as file:
        export.write(file, since=None, until=None, at=AT)
    assert parts(path)[bundle.ENTRIES].splitlines()[2] == b"xx"
    with pytest.raises(verify.Broken, match=r"canonical \(3\)"):
        verify.bundle_file(path)
    with pytest.raises(verify.Broken, match=r"canonical \(3\)"):
        verify.live()


def test_the_commands_write_and_check(written, tmp_path, capsys):
    path = tmp_path / "out.zip"
    with translation.override("en"):
        call_command("audit", "export", "--from", "2026-03-02", "--to", "2026-03-03", "--out", str(path))
        call_command("audit", "verify", str(path))
        call_command("audit", "verify")
    assert capsys.readouterr().out.splitlines() == [
        f"Written: {path}",
        "Whole: 3 entries checked.",  # two of those days, and the entry of this very export
        "Whole: 6 entries checked.",
    ]
    assert Entry.objects.latest("seq").act == "audit.exported"


def test_the_command_never_overwrites_and_fails_in_plain_words(exported):
    before = exported.read_bytes()
    with translation.override("en"), pytest.raises(CommandError, match="Cannot write"):
        call_command("audit", "export", "--out", str(exported))
    assert exported.read_bytes() == before
    exported.write_bytes(before[:-30])
    with translation.override("en"), pytest.raises(CommandError, match="NOT WHOLE: bundle"):
        call_command("audit", "verify", str(exported))


@pytest.mark.parametrize("moment", ["yesterday", "1999-01-01", "9999-12-31", "2026-02-30"])
def test_the_command_refuses_a_date_that_is_none(tmp_path, moment):
    with pytest.raises(CommandError):
        call_command("audit", "export", "--from", moment, "--out", str(tmp_path / "x.zip"))
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_leaves_no_half_file(tmp_path, written, monkeypatch):
    monkeypatch.setattr(bundle, "manifest", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("audit", "export", "--out", str(tmp_path / "x.zip"))
    assert list(tmp_path.iterdir()) == []


@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text())
def test_no_cell_becomes_a_formula(start, rest):
    assert cells.safe(start + rest) == f"'{start}{rest}"


@pytest.mark.parametrize(("cell", "safe"), [("Li", "Li"), ("", ""), (" =1+1", "' =1+1"), ("\u3000＝1", "'\u3000＝1"), (7, "7")])
def test_harmless_cells_stay_as_they_are(cell, safe):
    assert cells.safe(cell) == safe


def test_a_large_trail_streams_in_pieces(monkeypatch):
    with transaction.atomic():
        trail.record_many([EntryDraft("contact.created", by=LI, at=AT, subject=uuid4()) for _ in range(1500)])
    pieces = list(export.stream(since=None, until=None, at=AT))
    assert len(pieces) > 1
    assert len(parts_of(b"".join(pieces))[bundle.ENTRIES].splitlines()) == 1500
