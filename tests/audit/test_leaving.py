"""Content leaves the trail in two narrow ways, and every proof made before or after still holds."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.utils import translation

from audit import anchoring, bundle, exporting, fsck, leaf, proving, pruning, reading, redacting, sealing, verify
from audit.models import Entry, ExportJob, Pruning, Redaction, Seal
from audit.offline import merkle
from audit.offline import verify as stranger
from audit.pruning import PruningRefused
from audit.redacting import RedactionRefused
from audit.search import Criteria
from tests.audit.bundles import export_to, lines_of, manifest, parts, rezip
from tests.audit.cast import AT, SUN, Colleague, run, stored
from tests.audit.sealed import forge, tamper, write

pytestmark = pytest.mark.django_db
CHEN = Colleague(uuid4(), "Chen")
OLD = AT - timedelta(days=1200)
NIGHT = AT - timedelta(days=1100)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.VAR_DIR, settings.ANCHOR_FOLDER = tmp_path, str(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    with translation.override("en"):
        yield


def agreed(eid, at=AT):
    found = redacting.ask(eid=eid, why="value", by=SUN, at=at)
    return redacting.decide(redaction_id=found.pk, yes=True, by=CHEN, at=at)


def refused(kind, word, deed, **named):
    with pytest.raises(kind) as caught:
        deed(**named)
    assert caught.value.word == word


def test_two_people_take_the_content_out_and_the_hash_stays(written, sealer, tmp_path):
    before = Entry.objects.get(eid=written[1])
    proof = proving.inclusion(before)
    agreed(written[1])
    assert (redacting.carry_out(at=AT), redacting.carry_out(at=AT)) == (1, 0)
    after = Entry.objects.get(eid=written[1])
    assert (after.content, bytes(after.leaf_hash)) == (b"{}", leaf.leaf_hash(before.content))
    sealing.seal(sealer, at=AT)
    assert fsck.check(sealer.signer.verifier).waiting == 0
    assert verify.live().count == Entry.objects.count()
    files = parts(export_to(tmp_path / "x.zip"))
    assert files[bundle.ENTRIES].splitlines()[1] == bundle.withheld(bytes(after.leaf_hash))
    found = stranger.verify(rezip(tmp_path / "x.zip", files), earlier=tuple(Seal.objects.values_list("note", flat=True)))
    assert (found.end - found.shown, manifest(tmp_path / "x.zip")["redacted"]) == (1, [2])
    assert merkle.included(bytes(after.leaf_hash), proof.index, proof.seal.size, proof.hashes, bytes(proof.seal.root))
    [line] = reading.lines([after])
    assert (line.outcome, line.badge) == ("taken out", "idle")
    acts = ["audit.redaction_asked", "audit.redaction_approved", "audit.redacted"]
    assert list(Entry.objects.filter(act__contains="redact").order_by("seq").values_list("act", flat=True)) == acts


def test_who_may_not_and_when_not(written):
    waiting = Entry.objects.order_by("-seq").first()
    refused(RedactionRefused, "unknown", redacting.ask, eid=uuid4(), why="value", by=SUN, at=AT)
    refused(RedactionRefused, "waiting", redacting.ask, eid=waiting.eid, why="value", by=SUN, at=AT)
    wish = redacting.ask(eid=written[0], why="order", by=SUN, at=AT)
    refused(RedactionRefused, "again", redacting.ask, eid=written[0], why="order", by=CHEN, at=AT)
    refused(RedactionRefused, "same_person", redacting.decide, redaction_id=wish.pk, yes=True, by=SUN, at=AT)
    assert redacting.carry_out(at=AT) == 0, "nobody agreed"
    redacting.decide(redaction_id=wish.pk, yes=False, by=CHEN, at=AT)
    refused(RedactionRefused, "gone", redacting.decide, redaction_id=wish.pk, yes=True, by=CHEN, at=AT)
    assert (redacting.carry_out(at=AT), Redaction.objects.get().state) == (0, "refused")
    assert redacting.ask(eid=written[0], why="value", by=SUN, at=AT).state == "asked", "it may be asked for anew"


def test_a_file_that_still_holds_the_bytes_goes_too(written, sealer):
    job = exporting.ask(criteria=Criteria(), purpose="audit", case_ref="", by=SUN, at=AT)
    exporting.decide(job_id=job.pk, query_hash=job.query_hash, yes=True, by=CHEN, at=AT)
    assert exporting.work(at=AT) == 1 and exporting.file_of(job).exists()
    agreed(written[1])
    redacting.carry_out(at=AT)
    assert (exporting.file_of(job).exists(), ExportJob.objects.get().state) == (False, "expired")


def test_an_export_that_is_being_written_begins_anew_without_the_bytes(written, sealer, tmp_path):
    job = exporting.ask(criteria=Criteria(), purpose="audit", case_ref="", by=SUN, at=AT)
    exporting.decide(job_id=job.pk, query_hash=job.query_hash, yes=True, by=CHEN, at=AT)
    real, seen = exporting.export.stream, []

    def slow(*args, **named):
        """Somebody blanks the entry in the middle of the first writing."""
        if not seen:
            seen.append(agreed(written[1]) and redacting.carry_out(at=AT))
        yield from real(*args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting.export, "stream", slow)
        assert (exporting.work(at=AT), exporting.file_of(job).exists()) == (0, False)
        assert (exporting.work(at=AT), ExportJob.objects.get().state) == (1, "ready")
    assert manifest(exporting.file_of(job))["redacted"] == [2]


def test_blank_bytes_without_two_people_are_damage(written, sealer, tmp_path):
    tamper("UPDATE audit_entry SET leaf = %s WHERE eid = %s", b"{}", stored(written[1]))
    with pytest.raises(verify.Broken, match=r"canonical \(2\)"):
        verify.live()
    assert lines_of(export_to(tmp_path / "x.zip")) == ("root", 1, 2)


def test_no_entry_is_born_blank(written):
    [values] = run("SELECT leaf_hash, at_us, act, outcome, reason, actor FROM audit_entry ORDER BY seq LIMIT 1")
    columns = "leaf, leaf_hash, at_us, act, outcome, reason, actor, eid"
    with pytest.raises(DatabaseError), transaction.atomic():
        blank = [b"{}", leaf.leaf_hash(b"{}"), *values[1:], stored(uuid4())]
        run(f"INSERT INTO audit_entry ({columns}) VALUES ({', '.join(['%s'] * 8)})", *blank)


@pytest.fixture
def old(sealer, settings):
    """Six hundred entries of long ago, sealed in three goes and anchored, and five of today."""
    for _go in range(3):
        write(200, at=OLD)
        sealing.seal(sealer, at=OLD)
    anchoring.anchor(at=OLD)
    write(5)
    sealing.seal(sealer, at=AT)
    return sealer


def prune(tmp_path, at=AT, before=NIGHT, name="archive.zip"):
    return pruning.prune(before=before, path=tmp_path / name, at=at)


def test_the_oldest_moves_to_an_archive_and_every_proof_holds(old, tmp_path, settings):
    late = Entry.objects.order_by("-seq").first()
    earlier = tuple(Seal.objects.values_list("note", flat=True))
    count = Entry.objects.count()
    moved = prune(tmp_path)
    assert (moved.first, moved.size, Entry.objects.count()) == (0, 512, count - 512 + 1)
    archive = stranger.verify(tmp_path / "archive.zip", earlier=earlier)
    assert (archive.first, archive.end, archive.shown) == (0, 512, 512)
    sealing.seal(old, at=AT)
    assert fsck.check(old.signer.verifier).sealed == count + 1
    assert verify.live().count == Entry.objects.count()
    path = export_to(tmp_path / "rest.zip")
    told = manifest(path)
    assert (told["first"], told["pruned_below"], told["complete"]) == (512, 512, False)
    rest = stranger.verify(path, earlier=earlier[2:])
    assert (rest.first, rest.end, rest.shown) == (512, count + 1, count + 1 - 512)
    proof = proving.inclusion(late)
    assert merkle.included(bytes(late.leaf_hash), proof.index, proof.seal.size, proof.hashes, bytes(proof.seal.root))
    assert proving.growth(old=200).count("\n") > 5
    numbers = leaf.read(Entry.objects.get(act="audit.pruned").content)["n"]
    assert (numbers[:2], numbers[2:]) == ([0, 512], pruning.recovering.parts(bytes(moved.root)))


def test_what_cannot_move(old, tmp_path, settings):
    refused(PruningRefused, "young", prune, tmp_path=tmp_path, before=AT - timedelta(days=1000))
    settings.TRAIL_KEEP_DAYS = 1
    refused(PruningRefused, "young", prune, tmp_path=tmp_path, before=AT - timedelta(days=100))
    refused(PruningRefused, "nothing", prune, tmp_path=tmp_path, before=OLD - timedelta(days=1))
    forge(Entry.objects.order_by("seq").first().seq, b"xx")
    refused(PruningRefused, "canonical", prune, tmp_path=tmp_path)
    assert ([*tmp_path.glob("*.zip")], Pruning.objects.count()) == ([], 0)


def test_nothing_moves_that_no_anchor_covers(sealer, tmp_path):
    refused(PruningRefused, "unsealed", prune, tmp_path=tmp_path)
    write(600, at=OLD)
    sealing.seal(sealer, at=OLD)
    refused(PruningRefused, "unanchored", prune, tmp_path=tmp_path)
    assert ([*tmp_path.glob("*.zip")], Pruning.objects.count(), Entry.objects.count()) == ([], 0, 600)


def test_a_run_that_died_is_finished_by_the_next(old, tmp_path, monkeypatch):
    monkeypatch.setattr(pruning, "finish", lambda: 0)
    prune(tmp_path)
    monkeypatch.undo()
    assert verify.live().count == Entry.objects.count(), "whole in between too"
    assert (pruning.finish(), pruning.finish()) == (512, 0)


def test_a_second_archive_begins_where_the_first_ends(old, tmp_path):
    prune(tmp_path)
    write(600, at=NIGHT)
    sealing.seal(old, at=AT)
    anchoring.anchor(at=AT + timedelta(days=400))
    later = AT + timedelta(days=1600)
    moved = prune(tmp_path, at=later, before=later - timedelta(days=1500), name="second.zip")
    assert (moved.first, moved.size) == (512, 1024)
    assert fsck.check(old.signer.verifier).sealed >= 1024


@pytest.mark.parametrize("way", ["a leaf in a tile", "the root of the archive"])
def test_a_hash_changed_behind_an_archive_is_found(old, tmp_path, way):
    prune(tmp_path)
    if way == "a leaf in a tile":
        [(packed,)] = run("SELECT hashes FROM audit_tile WHERE level = 0 AND n = 1")
        tamper("UPDATE audit_tile SET hashes = %s WHERE level = 0 AND n = 1", bytes(32) + bytes(packed)[32:])
    else:
        tamper("UPDATE audit_pruning SET root = %s", bytes(32))
    with pytest.raises(fsck.TreeBroken, match="root"):
        fsck.check(old.signer.verifier)


def test_from_the_command_line(old, tmp_path, capsys):
    agreed(Entry.objects.order_by("-seq").first().eid)
    call_command("audit", "redact")
    call_command("audit", "prune", before=NIGHT.date(), out=tmp_path / "a.zip")
    with pytest.raises(CommandError, match="256 entries in a row"):
        call_command("audit", "prune", before=NIGHT.date(), out=tmp_path / "b.zip")
    with pytest.raises(CommandError, match="1096 days"):
        call_command("audit", "prune", before=AT.date(), out=tmp_path / "b.zip")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Taken out: the content of 1 entry."
    assert said[1].endswith("places 1 to 512. Keep the file, and a copy of it elsewhere.")
    assert stranger.verify(tmp_path / "a.zip").shown == 512
