"""What leaves the house can be checked by whoever receives it, with one file and no server."""

import csv
import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from audit import bundle, export, note, sealing, stored, trail, tree, verify
from audit.models import Entry
from audit.offline import entries
from audit.offline import verify as stranger
from audit.offline.signature import ed25519
from audit.search import Criteria
from audit.trail import EntryDraft
from tests.audit.bundles import export_to, manifest, parts
from tests.audit.cast import AT, LI, SUN, WANG
from tests.audit.sealed import ORIGIN, write
from vault import signing

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_leaves_leave_verbatim_in_the_order_sealed(written, exported):
    lines = parts(exported)[bundle.ENTRIES].splitlines()
    assert lines == [entry.content for entry in Entry.objects.order_by("seq")][:5]
    assert [json.loads(line)["id"] for line in lines] == [str(eid) for eid in written]
    assert verify.bundle_file(exported).count == 5


def test_the_sheet_opens_in_excel_and_says_the_same(written, exported):
    content = parts(exported)[bundle.SHEET]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert [(row["id"], row["numbers"], row["time_utc"][:10]) for row in rows] == [
        (str(eid), str(day), f"2026-03-0{day + 1}") for day, eid in enumerate(written)
    ]


def test_the_manifest_says_what_this_is_and_how_much_waits(exported, sealer):
    told = manifest(exported)
    said = [
        told[key] for key in ("origin", "size", "first", "end", "count", "withheld", "complete", "waiting", "left", "right")
    ]
    assert said == [ORIGIN, 5, 0, 5, 5, 0, True, 1, [], []]
    assert parts(exported)[bundle.CHECKPOINT].decode() == stored.newest().note
    assert parts(exported)[bundle.VKEY].decode() == sealer.signer.verifier.line() + "\n"


def test_a_span_is_a_range_that_leaves_nothing_out_inside(written, tmp_path):
    path = export_to(tmp_path / "span.zip", Criteria(since=AT + DAY, until=AT + 3 * DAY))
    told = manifest(path)
    assert [told[key] for key in ("first", "end", "count", "withheld", "complete")] == [1, 3, 2, 0, False]
    assert verify.bundle_file(path).count == 2


def test_what_does_not_meet_the_criteria_keeps_its_place_as_a_hash(sealer, tmp_path):
    with transaction.atomic():
        trail.record_many([EntryDraft("contact.created", by=(LI, SUN)[n % 3 == 0], at=AT, subject=uuid4()) for n in range(40)])
    sealing.seal(sealer, at=AT)
    path = export_to(tmp_path / "sun.zip", Criteria(actor=SUN.pk))
    told, lines = manifest(path), parts(path)[bundle.ENTRIES].splitlines()
    assert [told[key] for key in ("first", "end", "count", "withheld")] == [0, 40, 14, 26]
    assert [stranger.WITHHELD.fullmatch(line) is None for line in lines] == [n % 3 == 0 for n in range(40)]
    assert verify.bundle_file(path).count == 14
    none = export_to(tmp_path / "none.zip", Criteria(actor=uuid4()))
    assert (verify.bundle_file(none).count, manifest(none)["first"], manifest(none)["end"]) == (0, 40, 40)


def test_every_range_of_a_larger_trail_is_whole(sealer, tmp_path):
    with transaction.atomic():
        trail.record_many([EntryDraft("contact.created", by=LI, at=AT + n * DAY, subject=WANG) for n in range(600)])
    sealing.seal(sealer, at=AT)
    dice = random.Random(3)
    for _n in range(6):
        low, high = sorted(dice.sample(range(601), 2))
        path = export_to(tmp_path / "r.zip", Criteria(since=AT + low * DAY, until=AT + high * DAY))
        assert (manifest(path)["first"], manifest(path)["end"], verify.bundle_file(path).count) == (low, high, high - low)


def test_before_the_first_seal_there_is_nothing_to_check(empty_trail, tmp_path):
    write(1)
    with pytest.raises(export.NothingSealed):
        export.stream(at=AT)
    with translation.override("en"), pytest.raises(CommandError, match=r"Nothing is sealed yet\. Run: manage\.py seal"):
        call_command("audit", "export", "--out", str(tmp_path / "x.zip"))
    assert (list(tmp_path.iterdir()), Entry.objects.count()) == ([], 1)


def run_alone(folder, *words):
    """The verifier out of the bundle, in a process that cannot see this house."""
    command = [sys.executable, "-I", "-S", folder / "verify.py", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_a_stranger_runs_the_one_file_and_reads_one_line(exported, sealer, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder)
    said = run_alone(folder, exported, "--vkey", sealer.signer.verifier.line(), "--strict", "--csv")
    assert (said.returncode, said.stdout) == (0, f"OK: 5 entries shown, 0 withheld; places 1 to 5 of 5 in {ORIGIN}.\n")
    said = run_alone(folder, folder)
    assert (said.returncode, said.stdout.splitlines()[1][:30]) == (0, "The key came with the bundle: ")
    entries = folder / bundle.ENTRIES
    entries.write_bytes(entries.read_bytes().replace(b"call", b"cxll", 1))
    said = run_alone(folder, folder)
    assert (said.returncode, said.stdout, said.stderr) == (1, "", f"FAILED: files ({bundle.ENTRIES})\n")
    assert "history-rewritten" in run_alone(folder, "--help").stdout


def test_without_a_name_it_checks_what_it_lies_beside_and_says_what(exported, sealer, tmp_path):
    """The folder it was unpacked to; else the one zip beside it, whichever folder one stands in; of two it takes neither."""
    folder, line = tmp_path / "unpacked", sealer.signer.verifier.line()
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder)
    good = f"OK: 5 entries shown, 0 withheld; places 1 to 5 of 5 in {ORIGIN}."

    def said(*words, cwd=tmp_path):
        command = [sys.executable, "-I", "-S", folder / "verify.py", *words]
        run = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
        return run.returncode, run.stdout.splitlines(), run.stderr

    told = f"No bundle was named; this is about {folder.resolve()}, beside this program."
    assert said("--vkey", line, "--strict", "--csv") == (0, [told, good], "")
    entries = folder / bundle.ENTRIES
    entries.write_bytes(entries.read_bytes().replace(b"call", b"cxll", 1))
    assert said("--vkey", line, cwd=folder) == (1, [told], f"FAILED: files ({bundle.ENTRIES})\n")
    shutil.copy(exported, folder / "trail.zip")
    assert said("--vkey", line) == (0, [told.replace("unpacked,", "unpacked/trail.zip,"), good], "")
    shutil.copy(exported, folder / "again.zip")
    none = "FAILED: bundle. None was named, and beside this program lies none, or more than one zip: please name it.\n"
    assert said("--vkey", line) == (1, [], none)
    for file in folder.iterdir():
        if file.name != "verify.py":
            file.unlink()
    assert said() == (1, [], none)


def test_the_signature_is_checked_as_the_library_does(tmp_path):
    signer = signing.create(tmp_path / "a.key", ORIGIN)
    public, dice = signer.verifier.public, random.Random(1)
    for _n in range(4):
        message = dice.randbytes(40)
        good = signer.sign(message)
        bent = bytearray(good)
        bent[dice.randrange(64)] ^= 1 << dice.randrange(8)
        checks = [(message, good), (message, bytes(bent)), (message + b"x", good), (message, good[:63])]
        assert [ed25519(public, *check) for check in checks] == [True, False, False, False]


@pytest.mark.django_db(transaction=True)
def test_the_commands_write_and_check(settings, tmp_path, capsys):
    settings.SEALER_KEY_FILE, settings.SEALER_STATE_FILE = tmp_path / "own.key", tmp_path / "own.state"
    write(2)
    with translation.override("en"):
        call_command("seal", new_key=True)
        line = capsys.readouterr().out.strip()
        call_command("seal")
        kept, path = tmp_path / "kept.txt", tmp_path / "out.zip"
        kept.write_text(stored.newest().note)
        capsys.readouterr()
        call_command("audit", "export", "--from", "2026-03-01", "--to", "2026-03-02", "--out", str(path))
        call_command("audit", "verify", str(path), "--vkey", line)
        call_command("audit", "verify")
        with pytest.raises(CommandError, match="NOT WHOLE: rollback"):
            kept.write_text(note.sign(note.Checkpoint(settings.TRAIL_ORIGIN, 99, tree.EMPTY), signing.load()))
            call_command("audit", "verify", str(path), "--old-checkpoint", str(kept))
    assert capsys.readouterr().out.splitlines() == [
        f"Written: {path}",
        "Whole: 3 entries checked.",  # the two, and the day's heartbeat
        "Whole: 4 entries checked.",  # and the export itself
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
    with translation.override("en"), pytest.raises(CommandError, match="Cannot read"):
        call_command("audit", "verify", str(exported), "--old-checkpoint", str(exported.parent / "none.txt"))


@pytest.mark.parametrize("moment", ["yesterday", "1999-01-01", "9999-12-31", "2026-02-30"])
def test_the_command_refuses_a_date_that_is_none(tmp_path, moment):
    with pytest.raises(CommandError):
        call_command("audit", "export", "--from", moment, "--out", str(tmp_path / "x.zip"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_an_export_that_fails_leaves_no_half_file(settings, tmp_path, monkeypatch):
    settings.SEALER_KEY_FILE, settings.SEALER_STATE_FILE = tmp_path / "own.key", tmp_path / "own.state"
    call_command("seal", new_key=True)
    call_command("seal")
    monkeypatch.setattr(bundle, "manifest", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("audit", "export", "--out", str(tmp_path / "x.zip"))
    assert not (tmp_path / "x.zip").exists()


@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text())
def test_no_cell_becomes_a_formula(start, rest):
    assert entries.safe(start + rest) == f"'{start}{rest}"


@pytest.mark.parametrize(("cell", "safe"), [("Li", "Li"), ("", ""), (" =1+1", "' =1+1"), ("\u3000＝1", "'\u3000＝1"), (7, "7")])
def test_harmless_cells_stay_as_they_are(cell, safe):
    assert entries.safe(cell) == safe


def test_a_large_trail_streams_in_pieces(sealer):
    with transaction.atomic():
        trail.record_many([EntryDraft("contact.created", by=LI, at=AT, subject=uuid4()) for _ in range(1500)])
    sealing.seal(sealer, at=AT)
    pieces = list(export.stream(at=AT))
    assert len(pieces) > 1
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert len(archive.read(bundle.ENTRIES).splitlines()) == 1500
