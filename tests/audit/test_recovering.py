"""A backup was brought back: the trail goes on under its next name and says where the old one ended."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit import fsck, memory, note, recovering, sealing, stored, verify
from audit.models import Entry
from audit.recovering import RecoverRefused
from audit.sealing import SealRefused
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, tamper, write

pytestmark = pytest.mark.django_db
NEXT = "office.example/trail/2"


@pytest.fixture
def restored(sealer):
    """Five entries were sealed; the backup that was brought back holds three."""
    write(3)
    sealing.seal(sealer, at=AT)
    write(2)
    sealing.seal(sealer, at=AT)
    lost = stored.newest()
    tamper("DELETE FROM audit_checkpoint WHERE size = 5")
    tamper("DELETE FROM audit_leaf WHERE idx >= 3")
    tamper("DELETE FROM audit_entry WHERE seq > (SELECT min(seq) + 2 FROM audit_entry)")
    with pytest.raises(SealRefused, match="rollback"):
        sealing.seal(sealer, at=AT)
    return sealer, lost


def said(numbers):
    """Size and root of the old trail's last checkpoint, as a stranger reads them out of the first entry."""
    size, *parts = numbers
    packed = b"".join(part.to_bytes(3) for part in parts)
    return size, packed[-32:]


def test_the_next_name_begins_with_where_the_old_one_ended(restored):
    sealer, lost = restored
    following = recovering.recover(sealer, at=AT)
    assert following.origin == NEXT
    first = Entry.objects.order_by("-seq")[0]
    assert first.act == "audit.recovered"
    assert said(json.loads(first.content)["n"]) == (5, bytes(lost.root))
    newest = stored.newest()
    assert note.verify(newest.note, sealer.signer.verifier, origin=NEXT).size == 4
    assert memory.read(sealer.file) == memory.Remembered(NEXT, 4, bytes(newest.root))
    assert (fsck.check().sealed, verify.live().count) == (4, 4)
    write(2)
    assert sealing.seal(following, at=AT) == 2


def test_who_still_says_the_old_name_is_refused(restored):
    sealer, _lost = restored
    recovering.recover(sealer, at=AT)
    write(1)
    with pytest.raises(SealRefused, match="origin"):
        sealing.seal(sealer, at=AT)


def test_a_second_restore_has_a_third_name(restored):
    following = recovering.recover(restored[0], at=AT)
    tamper("DELETE FROM audit_checkpoint WHERE size = 4")
    tamper("DELETE FROM audit_leaf WHERE idx >= 3")
    tamper("DELETE FROM audit_entry WHERE act = 'audit.recovered'")
    assert recovering.recover(following, at=AT).origin == "office.example/trail/3"


def test_a_whole_trail_a_lost_memory_and_a_forged_checkpoint_are_no_restore(sealer):
    write(3)
    sealing.seal(sealer, at=AT)
    for word, spoil in {
        "whole": lambda: None,
        "signature": lambda: tamper("UPDATE audit_checkpoint SET note = replace(note, '3', '4')"),
        "memory": sealer.file.unlink,
    }.items():
        spoil()
        with pytest.raises(RecoverRefused) as refused:
            recovering.recover(sealer, at=AT)
        assert refused.value.word in (word, "frontier")
    assert Entry.objects.filter(act="audit.recovered").count() == 0


@pytest.mark.parametrize(("name", "following"), [("a/trail/1", "a/trail/2"), ("a/trail/9", "a/trail/10"), ("a", "a/2")])
def test_names_are_counted(name, following):
    assert recovering.following_name(name) == following


def test_the_command_says_what_to_set(restored, settings, capsys):
    sealer, _lost = restored
    settings.SEALER_STATE_FILE, settings.TRAIL_ORIGIN = sealer.file, ORIGIN
    settings.SEALER_KEY_FILE = sealer.file.with_name("sealer.key")
    call_command("audit", "recover")
    assert f"YUNNUO_TRAIL_ORIGIN={NEXT}\n" in capsys.readouterr().out
    settings.TRAIL_ORIGIN = NEXT
    with pytest.raises(CommandError):
        call_command("audit", "recover")
