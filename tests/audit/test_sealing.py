"""The sealer: places, roots, signatures; and everything that must make it stop signing."""

import os
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections

from audit import memory, note, sealing, stored, tree
from audit.models import Entry, Pending, Seal, SealingKey, Tile, TreeLeaf
from audit.sealing import Sealer, SealRefused
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, tamper, write
from vault import signing

pytestmark = pytest.mark.django_db


def refused(sealer, **rest):
    """The word with which the sealer stops; nothing may have changed."""
    before = (Seal.objects.count(), TreeLeaf.objects.count(), Pending.objects.count())
    with pytest.raises(SealRefused) as stopped:
        sealing.seal(sealer, at=AT, **rest)
    assert (Seal.objects.count(), TreeLeaf.objects.count(), Pending.objects.count()) == before
    return stopped.value.word


def test_what_was_written_is_given_its_place_and_signed(sealer):
    write(3)
    assert (sealing.seal(sealer, at=AT), Pending.objects.count()) == (3, 0)
    seal = stored.newest()
    hashes = [bytes(entry.leaf_hash) for entry in Entry.objects.order_by("seq")]
    said = note.verify(seal.note, sealer.signer.verifier, origin=ORIGIN)
    assert (said.size, said.root, bytes(seal.root)) == (3, tree.root_of(hashes), tree.root_of(hashes))
    assert list(TreeLeaf.objects.order_by("idx").values_list("idx", flat=True)) == [0, 1, 2]
    assert memory.read(sealer.file) == memory.Remembered(ORIGIN, 3, said.root)
    assert list(SealingKey.objects.values_list("vkey", "from_size")) == [(sealer.signer.verifier.line(), 0)]
    assert sealing.seal(sealer, at=AT) == 0
    assert Seal.objects.count() == 1


def test_batches_tiles_and_proofs_of_every_kind(sealer, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 300)
    write(1100)
    assert (sealing.seal(sealer, at=AT), Seal.objects.count()) == (1100, 4)
    assert list(Tile.objects.order_by("level", "n").values_list("level", "n")) == [(0, n) for n in range(4)]
    hashes, reader = stored.leaf_hashes(0, 1100), stored.Stored()
    assert [bytes(tile.hashes) for tile in Tile.objects.order_by("n")] == [
        b"".join(hashes[n * 256 : n * 256 + 256]) for n in range(4)
    ]
    root = tree.root_of(hashes)
    for index in (0, 255, 256, 700, 1023, 1024, 1099):
        assert tree.included(hashes[index], index, 1100, tree.inclusion(index, 1100, reader.hash_of), root)
    for seal in Seal.objects.order_by("size"):
        proof = tree.consistency(seal.size, 1100, reader.hash_of)
        assert tree.consistent(seal.size, bytes(seal.root), 1100, root, proof)


def test_the_second_row_of_tiles_is_kept_too(sealer, monkeypatch):
    """Tiles of four hashes make the tree high enough to see the rows grow."""
    monkeypatch.setattr(stored, "WIDTH", 4)
    monkeypatch.setattr(stored, "HEIGHT", 2)
    for count in (1, 6, 30, 40):
        write(count)
        sealing.seal(sealer, at=AT)
    assert list(Tile.objects.order_by("level").values_list("level", flat=True).distinct()) == [0, 1, 2]
    hashes, reader = stored.leaf_hashes(0, 77), stored.Stored()
    root = tree.root_of(hashes)
    assert bytes(stored.newest().root) == root
    assert all(tree.included(hashes[i], i, 77, tree.inclusion(i, 77, reader.hash_of), root) for i in range(77))
    assert tree.consistent(7, tree.root_of(hashes[:7]), 77, root, tree.consistency(7, 77, reader.hash_of))


def test_a_proof_reads_few_rows_however_many_tiles_there_are(sealer, monkeypatch, django_assert_max_num_queries):
    """P7: with tiles of sixteen hashes 700 leaves lie in 43 tiles; a proof reads as many rows as the tree is high, and two."""
    monkeypatch.setattr(stored, "WIDTH", 16)
    monkeypatch.setattr(stored, "HEIGHT", 4)
    write(700)
    sealing.seal(sealer, at=AT)
    assert Tile.objects.filter(level=0, root__isnull=False).count() == 43
    hashes = stored.leaf_hashes(0, 700)
    root = tree.root_of(hashes)
    for index in (0, 17, 350, 699):
        with django_assert_max_num_queries(6):
            proof = tree.inclusion(index, 700, stored.Stored(700).hash_of)
        assert tree.included(hashes[index], index, 700, proof, root)


def _bare(tile):
    tile.root = None
    return tile


def test_tiles_of_before_their_roots_were_kept_prove_as_much(sealer, monkeypatch):
    monkeypatch.setattr(stored, "WIDTH", 16)
    monkeypatch.setattr(stored, "HEIGHT", 4)
    made = sealing._tile
    monkeypatch.setattr(sealing, "_tile", lambda *told: _bare(made(*told)))
    write(300)
    sealing.seal(sealer, at=AT)
    assert Tile.objects.filter(root__isnull=True).count() == Tile.objects.count() == 19
    hashes, reader = stored.leaf_hashes(0, 300), stored.Stored()
    root = tree.root_of(hashes)
    assert all(tree.included(hashes[i], i, 300, tree.inclusion(i, 300, reader.hash_of), root) for i in range(300))


def test_an_entry_that_was_committed_late_gets_a_later_place(sealer):
    write(3)
    first, *others = Pending.objects.order_by("seq").values_list("seq", flat=True)
    Pending.objects.filter(seq=first).delete()  # as if its transaction were still open
    sealing.seal(sealer, at=AT)
    Pending.objects.create(seq=first)
    sealing.seal(sealer, at=AT)
    assert list(TreeLeaf.objects.order_by("idx").values_list("seq", flat=True)) == [*others, first]


def test_time_never_runs_backwards(sealer):
    for days in (0, -1):
        write(1)
        sealing.seal(sealer, at=AT + timedelta(days=days))
    first, second = Seal.objects.order_by("size").values_list("at_us", flat=True)
    assert second == first + 1


def test_an_entry_whose_bytes_were_changed_is_named(sealer):
    write(3)
    second = Entry.objects.order_by("seq")[1]
    forged = second.content.replace(b'"ok"', b'"no"')
    if connection.vendor == "postgresql":
        tamper("ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_hash")
    tamper("UPDATE audit_entry SET leaf = %s WHERE seq = %s", forged, second.seq)
    try:
        with pytest.raises(SealRefused) as stopped:
            sealing.seal(sealer, at=AT)
    finally:
        if connection.vendor == "postgresql":
            tamper("UPDATE audit_entry SET leaf = %s WHERE seq = %s", second.content, second.seq)
            tamper(r"ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_hash CHECK (leaf_hash = sha256('\x00'::bytea || leaf))")
    assert (stopped.value.word, stopped.value.place, TreeLeaf.objects.count()) == ("hash", second.seq, 0)


def test_an_older_database_is_a_rollback(sealer):
    write(2)
    sealing.seal(sealer, at=AT)
    write(2)
    sealing.seal(sealer, at=AT)
    for table in ("audit_checkpoint WHERE size = 4", "audit_leaf WHERE idx > 1"):
        tamper(f"DELETE FROM {table}")
    assert refused(sealer) == "rollback"


def test_another_history_of_the_same_length_is_a_fork(sealer, tmp_path):
    write(2)
    sealing.seal(sealer, at=AT)
    memory.write(sealer.file, memory.Remembered(ORIGIN, 2, bytes(32)))
    assert refused(sealer) == "fork"
    write(1)
    memory.write(sealer.file, memory.Remembered(ORIGIN, 1, bytes(32)))
    assert refused(sealer) == "fork"


def test_a_crash_after_the_commit_is_caught_up(sealer):
    write(2)
    sealing.seal(sealer, at=AT)
    before = memory.read(sealer.file)
    write(3)
    sealing.seal(sealer, at=AT)
    memory.write(sealer.file, before)  # the crash came before the file was written
    assert (sealing.seal(sealer, at=AT), memory.read(sealer.file).size) == (0, 5)


def test_without_memory_it_stops_until_somebody_answers_for_the_checkpoint(sealer):
    write(2)
    sealing.seal(sealer, at=AT)
    sealer.file.unlink()
    assert refused(sealer) == "memory"
    assert (sealing.seal(sealer, at=AT, adopt=True), memory.read(sealer.file).size) == (0, 2)
    sealer.file.write_text("{")
    assert refused(sealer) == "memory"


def test_a_checkpoint_it_did_not_sign_is_refused(sealer, tmp_path):
    write(2)
    sealing.seal(sealer, at=AT)
    other = signing.create(tmp_path / "other.key", ORIGIN)
    assert refused(Sealer(other, ORIGIN, sealer.file)) == "signature"
    assert refused(Sealer(sealer.signer, "elsewhere.example/trail/1", sealer.file)) == "origin"
    tamper("UPDATE audit_checkpoint SET frontier = %s", os.urandom(32))
    assert refused(sealer) == "frontier"


def test_an_entry_given_two_places_is_refused(sealer):
    write(2)
    sealing.seal(sealer, at=AT)
    Pending.objects.create(seq=Entry.objects.earliest("seq").seq)
    with pytest.raises(DatabaseError):
        sealing.seal(sealer, at=AT)
    assert TreeLeaf.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_four_sealers_at_once_do_the_work_of_one(sealer):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    from concurrent.futures import ThreadPoolExecutor

    write(900)

    def work(_n):
        try:
            return sealing.seal(sealer, at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(work, range(4)))
    sealing.seal(sealer, at=AT)
    assert (sum(sealed) <= 900, TreeLeaf.objects.count(), Pending.objects.count()) == (True, 900, 0)
    assert bytes(stored.newest().root) == tree.root_of(stored.leaf_hashes(0, 900))
