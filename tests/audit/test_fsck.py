"""Whatever is changed, taken, added or moved in a sealed trail is found, and its place is named."""

import random

import pytest
from django.db import connection

from audit import fsck, ids, note, sealing, tree, verify
from audit.models import Entry, Pending, Seal, Tile, TreeLeaf
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, forge, tamper, write
from vault import signing

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(sealer):
    """Six hundred entries under three checkpoints, and one that waits."""
    for count in (100, 256, 244):
        write(count)
        sealing.seal(sealer, at=AT)
    write(1)
    return sealer


def broken(*verifiers):
    with pytest.raises(fsck.TreeBroken) as found:
        fsck.check(*verifiers)
    return found.value.word, found.value.place


def seq_at(idx):
    return TreeLeaf.objects.get(idx=idx).seq


def test_a_whole_trail_is_whole(sealed):
    assert fsck.check() == fsck.Checked(600, 1)
    assert fsck.check(sealed.signer.verifier) == fsck.Checked(600, 1)
    assert verify.live().count == 601


def test_a_trail_without_an_entry_is_whole(sealer):
    assert fsck.check() == fsck.Checked(0, 0)


def test_a_changed_entry_with_a_fitting_hash_is_found_at_the_next_tile_or_checkpoint(sealed):
    dice = random.Random(5)
    for idx in dice.sample(range(600), 5):
        entry = Entry.objects.get(seq=seq_at(idx))
        forge(entry.seq, entry.content.replace(b'"ok"', b'"no"'))
        word, place = broken()
        edges = sorted({100, 256, 356, 512, 600})
        assert (word in ("root", "tile"), place) == (True, next(edge for edge in edges if edge > idx))
        forge(entry.seq, entry.content)
    assert fsck.check() == fsck.Checked(600, 1)


def test_a_deleted_entry_is_named(sealed):
    for idx in (599, 300, 0):
        tamper("DELETE FROM audit_entry WHERE seq = %s", seq_at(idx))
        assert broken() == ("entry", idx + 1)


def test_a_lost_place_is_named(sealed):
    for idx in (400, 17):
        tamper("DELETE FROM audit_leaf WHERE idx = %s", idx)
        assert broken() == ("place", idx + 1)


def test_two_entries_that_changed_places_are_found(sealed):
    first, second = seq_at(10), seq_at(11)
    for idx, seq in ((10, -1), (11, first), (10, second)):
        tamper("UPDATE audit_leaf SET seq = %s WHERE idx = %s", seq, idx)
    assert broken() == ("root", 100)


def test_a_cut_tail_is_found(sealed):
    tamper("DELETE FROM audit_leaf WHERE idx >= 599")
    assert broken() == ("truncated", 599)


def test_a_cut_to_an_earlier_checkpoint_is_left_to_the_memory_outside(sealed):
    """Whoever cuts leaves, checkpoint and tiles alike leaves a shorter whole; the sealer's memory says rollback."""
    tamper("DELETE FROM audit_checkpoint WHERE size = 600")
    tamper("DELETE FROM audit_leaf WHERE idx >= 356")
    tamper("DELETE FROM audit_tile WHERE n = 1")
    assert broken()[0] == "queue"
    tamper(
        "INSERT INTO audit_pending (seq) SELECT seq FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.seq = e.seq) AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.seq = e.seq)"
    )
    assert fsck.check() == fsck.Checked(356, 245)
    with pytest.raises(sealing.SealRefused, match="rollback"):
        sealing.seal(sealed, at=AT)


def test_an_emptied_queue_is_found_and_the_entry_named(sealed):
    waiting = Pending.objects.get().seq
    Pending.objects.all().delete()
    assert broken() == ("queue", waiting)


def test_a_bent_or_missing_tile_is_found(sealed):
    tamper("UPDATE audit_tile SET hashes = %s WHERE n = 1", bytes(8192))
    assert broken() == ("tile", 512)
    tamper("DELETE FROM audit_tile WHERE n = 0")
    assert broken() == ("tile", 256)


def test_a_tile_nobody_asked_for_is_found(sealed):
    Tile.objects.create(level=3, n=9, hashes=bytes(8192))
    assert broken() == ("tile", 0)


def test_a_checkpoint_written_by_somebody_else_is_found(sealed, tmp_path):
    """All of it is right but the key: the keys named in the database would do, the one kept outside does not."""
    other, seal = signing.create(tmp_path / "other.key", ORIGIN), Seal.objects.get(size=356)
    said = note.parse(seal.note)
    tamper("UPDATE audit_checkpoint SET note = %s WHERE size = 356", note.sign(said, other))
    assert broken() == ("signature", 356)
    tamper(
        "UPDATE audit_checkpoint SET note = %s WHERE size = 356",
        note.sign(note.Checkpoint(ORIGIN, 356, tree.EMPTY), sealed.signer),
    )
    assert broken() == ("root", 356)


def test_a_wrong_root_in_the_column_is_found(sealed):
    tamper("UPDATE audit_checkpoint SET root = %s WHERE size = 100", bytes(32))
    assert broken() == ("root", 100)


def test_an_entry_slipped_in_is_found(sealed):
    """It takes a place that another had, or one behind the last checkpoint."""
    tamper("INSERT INTO audit_leaf (idx, seq) VALUES (600, %s)", Entry.objects.latest("seq").seq)
    assert broken() == ("truncated", 601)


def test_time_in_the_trail_is_whole_microseconds():
    assert ids.moment(ids.microseconds(AT)) == AT
    assert connection.vendor in ("sqlite", "postgresql")
