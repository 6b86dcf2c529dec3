"""The watchers: what they see is remembered, and one that falls silent is an alarm itself."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from audit import memory, note, stored, tasks, trail, watch
from audit.models import Entry, Pending, Watch
from audit.sealing import SealRefused
from audit.trail import System
from tests.audit.cast import AT, WANG
from tests.audit.sealed import ORIGIN, tamper, write
from vault import signing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_trail")]


def told(at=AT):
    return [(alarm.watcher, alarm.word, alarm.place) for alarm in watch.alarms(at=at)]


def test_a_quiet_house_has_nothing_to_say(sealer):
    write(3)
    assert (watch.seal(sealer, at=AT), told()) == (3, [])
    watch.look(at=AT)
    watch.check(at=AT)
    assert (told(), Watch.objects.count()) == ([], 3)


def test_a_sealer_that_refuses_is_an_alarm_until_it_seals_again(sealer):
    write(1)
    watch.seal(sealer, at=AT)
    kept = memory.read(sealer.file)
    memory.write(sealer.file, memory.Remembered(ORIGIN, 9, bytes(32)))
    with pytest.raises(SealRefused):
        watch.seal(sealer, at=AT)
    assert told() == [("seal", "rollback", 0)]
    memory.write(sealer.file, kept)
    watch.seal(sealer, at=AT)
    assert told() == []


def test_an_entry_nobody_seals_is_an_alarm_even_when_the_queue_was_emptied():
    write(2)
    Pending.objects.all().delete()
    watch.look(at=AT + watch.LATE)
    assert told(AT + watch.LATE) == []
    watch.look(at=AT + watch.LATE + timedelta(seconds=1))
    first = Entry.objects.earliest("seq").seq
    assert told(AT + watch.LATE) == [("late", "unsealed", first)]


def test_a_bent_tree_is_an_alarm_with_its_place(sealer):
    write(5)
    watch.seal(sealer, at=AT)
    tamper("DELETE FROM audit_leaf WHERE idx = 2")
    watch.check(at=AT)
    assert told() == [("check", "place", 3)]


def test_a_watcher_that_falls_silent_is_an_alarm(sealer):
    watch.seal(sealer, at=AT)
    watch.look(at=AT)
    watch.check(at=AT)
    assert told(AT + timedelta(minutes=5)) == []
    assert told(AT + timedelta(minutes=6)) == [("seal", "silent", 0)]
    assert told(AT + timedelta(hours=27)) == [("check", "silent", 0), ("late", "silent", 0), ("seal", "silent", 0)]


def test_a_quiet_day_is_signed_too(sealer):
    days = [AT, AT + timedelta(hours=1), AT + timedelta(days=1)]
    assert [watch.beat(at=day) for day in days] == [True, False, True]
    assert Entry.objects.filter(act="audit.heartbeat").count() == 2


@pytest.fixture
def own(settings, tmp_path):
    """The settings of a sealer of this test's own, and its sentences in English."""
    settings.SEALER_KEY_FILE, settings.SEALER_STATE_FILE = tmp_path / "own.key", tmp_path / "own.state"
    with translation.override("en"):
        yield settings


def test_the_command_makes_a_key_and_seals(own, capsys):
    with pytest.raises(CommandError, match="no sealing key"):
        call_command("seal")
    call_command("seal", new_key=True)
    line = capsys.readouterr().out.strip()
    assert signing.Verifier.read(line).name == site.TRAIL_ORIGIN
    with pytest.raises(CommandError, match="File exists"):
        call_command("seal", new_key=True)
    write(4)
    call_command("seal")
    said = capsys.readouterr().out
    assert said == f"Sealed: 5 entries.\n{stored.newest().note}"  # four, and the day's heartbeat
    assert note.verify(stored.newest().note, signing.Verifier.read(line), origin=site.TRAIL_ORIGIN).size == 5


def test_the_command_says_why_it_does_not_seal(own):
    call_command("seal", new_key=True)
    write(1)
    call_command("seal")
    own.SEALER_STATE_FILE.unlink()
    with pytest.raises(CommandError, match=r"NOT SEALED: memory: this sealer does not remember"):
        call_command("seal")
    call_command("seal", adopt=True)
    own.SEALER_KEY_FILE.chmod(0o644)
    with pytest.raises(CommandError, match="0600 or 0400"):
        call_command("seal")


def test_the_tasks_ring_and_the_database_knows(own):
    call_command("seal", new_key=True)
    with transaction.atomic():
        trail.record("contact.created", by=System("test"), at=AT, subject=WANG)
    tasks.seal()
    tasks.look()
    tasks.check()
    assert (stored.newest().size, list(Watch.objects.values_list("word", flat=True))) == (2, ["", "", ""])
