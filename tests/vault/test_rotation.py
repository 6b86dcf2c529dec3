"""A key's life, step by step; each step comes in its order or is refused with what to do instead."""

import json
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils.translation import override

from crm import celery
from vault import canary, heartbeat, index, keyring, opening, persons, rewrapping, ring_text, rotation, sealing
from vault.errors import DeedRefused, KeyDestroyed, KeyMissing
from vault.models import BlindIndex, Canary, PersonKey, Tombstone, Worker
from vault.sealed import Sealed

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = datetime(2026, 3, 2, tzinfo=UTC)
LATER = AT + timedelta(days=30)
FIELD = "contacts.phone.number"


@pytest.fixture(autouse=True)
def english(own_ring):
    with override("en"):
        yield own_ring


def person(digits="8613800001234"):
    owner = uuid4()
    persons.make_keys([owner], at=AT)
    index.put(index.number_entries(owner=owner, row=owner, scope=owner, digits=digits))
    return sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)


def states(purpose="kek"):
    return [key.state for key in keyring.current().of(purpose)]


def rewrap(size=1000):
    return sum(rewrapping.batches(size=size))


def refused(deed):
    with pytest.raises(DeedRefused) as sentence:
        deed()
    return str(sentence.value)


def test_the_whole_life_of_a_key():
    old, box = keyring.current().active("kek"), person()
    new = rotation.add("kek", at=LATER)
    assert (states(), canary.opens(new), box.owner in persons.alive([box.owner])) == (["active", "pre-active"], True, True)
    rotation.promote(new.kid, at=LATER)
    assert (states(), opening.open_one(box)) == (["retired", "active"], "8613800001234")
    assert (rotation.under(old.kid), rewrap(), rotation.under(old.kid), rotation.under(new.kid)) == (1, 1, 0, 1)
    rotation.destroy(old.kid, gone=(), at=LATER)
    assert (states(), opening.open_one(box)) == (["destroyed", "active"], "8613800001234")
    grave = Tombstone.objects.get()
    assert (bytes(grave.kid), grave.purpose, grave.destroyed_at) == (old.kid, "kek", LATER)
    assert not Canary.objects.filter(kid=old.kid).exists()
    canary.prove(at=LATER)


def test_each_step_may_be_repeated(english):
    new = rotation.add("kek", at=LATER)
    assert rotation.add("kek", at=LATER) == new
    assert rotation.promote(new.kid, at=LATER) == rotation.promote(new.kid, at=LATER)
    old = keyring.current().of("kek")[0]
    assert (rewrap(), rewrap(), rotation.retire(old.kid, at=LATER).state) == (0, 0, "retired")
    assert rotation.destroy(old.kid, gone=(), at=LATER).since == LATER
    assert rotation.destroy(old.kid, gone=(), at=LATER + timedelta(days=1)).since == LATER
    assert Tombstone.objects.count() == 1
    assert json.loads(english.read_text())["version"] == 2


def test_a_crash_after_the_keyring_was_written_is_mended_by_the_next_run(monkeypatch):
    def dead(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(canary, "prove", dead)
        rotation.add("kek", at=LATER)
    waiting = next(key for key in keyring.current() if key.state == "pre-active")
    assert refused(lambda: rotation.promote(waiting.kid, at=LATER)).startswith(f"Key {waiting.kid.hex()} has no proof")
    rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    old = keyring.current().of("kek")[0]
    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(Tombstone.objects, "get_or_create", dead)
        rotation.destroy(old.kid, gone=(), at=LATER)
    assert (states(), Tombstone.objects.count()) == (["destroyed", "active"], 0)
    rotation.destroy(old.kid, gone=(), at=LATER + timedelta(hours=1))
    assert Tombstone.objects.get().destroyed_at == LATER


def test_what_comes_out_of_order_is_told_what_to_do_instead(settings):
    old = keyring.current().active("kek")
    suppress, exact = (keyring.current().active(purpose).kid for purpose in ("suppress", "index"))
    kid, before = old.kid.hex(), keyring.read()
    person()
    assert refused(lambda: rotation.add("suppress", at=LATER)).endswith("so this key stays. Change nothing.")
    assert refused(lambda: rotation.promote(b"none", at=LATER)) == "No key of the ring has this name. See: keyring show."
    in_use = f"Key {kid} is in use. Promote its successor, and it retires by itself: keyring add, keyring promote."
    assert refused(lambda: rotation.retire(old.kid, at=LATER)) == in_use
    first = "is not retired. Promote its successor first: keyring add, keyring promote."
    for key in (old.kid, suppress, exact):
        assert refused(lambda key=key: rotation.destroy(key, gone=(), at=LATER)) == f"Key {key.hex()} {first}"
    assert keyring.read() == before
    new = rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    assert refused(lambda: rotation.promote(old.kid, at=LATER)) == f"Key {kid} had its time. Add a new one: keyring add."
    needed = f"1 people are still under key {kid}. First: keyring rewrap."
    assert refused(lambda: rotation.destroy(old.kid, gone=(), at=LATER)) == needed
    rewrap()
    settings.KEYRING_COPIES = ["safe", "sister"]
    copies = "These copies of the keyring may still hold it: sister. Destroy them there, then repeat with "
    assert refused(lambda: rotation.destroy(old.kid, gone=["safe"], at=LATER)) == copies + '--gone "sister".'
    Canary.objects.filter(kid=new.kid).delete()
    unproven = "The key in use has no proof in this database. Run: keyring doctor. Nothing was destroyed."
    assert refused(lambda: rotation.destroy(old.kid, gone=["safe", "sister"], at=LATER)) == unproven
    assert states() == ["retired", "active"]


def test_two_machines_do_not_each_add_a_key_of_their_own(english):
    before = english.read_text()
    new = rotation.add("kek", at=LATER)
    english.write_text(before)  # the other machine, whose file nobody has brought up to date
    sentence = f"Key {new.kid.hex()} was added on another machine. Bring its keyring here first."
    for purpose in ("kek", "index"):
        assert refused(lambda purpose=purpose: rotation.add(purpose, at=LATER)) == sentence
    assert english.read_text() == before


def test_a_waiting_key_is_taken_off_the_way_without_a_trace_in_use():
    waiting = rotation.add("kek", at=LATER)
    rotation.retire(waiting.kid, at=LATER)
    rotation.destroy(waiting.kid, gone=(), at=LATER)
    assert states() == ["active", "destroyed"]
    assert refused(lambda: rotation.retire(waiting.kid, at=LATER)) == f"Key {waiting.kid.hex()} was destroyed already."


def test_p11_promotion_waits_for_every_live_worker_and_destruction_too():
    old, heard = keyring.current().active("kek"), {}
    for name in ("a:1", "b:2"):
        heard[name] = {key.kid.hex(): key.state for key in keyring.current()}
        Worker.objects.create(name=name, holds=heard[name], seen_at=LATER)
    Worker.objects.create(name="gone:3", holds={}, seen_at=LATER - timedelta(minutes=3))
    new = rotation.add("kek", at=LATER)
    lacking = "These workers do not hold key {}: {}. Wait a minute, or give their machine the keyring."
    assert refused(lambda: rotation.promote(new.kid, at=LATER)) == lacking.format(f"{new.kid.hex()} yet", "a:1, b:2")
    Worker.objects.filter(name="a:1").update(holds=heard["a:1"] | {new.kid.hex(): "pre-active"})
    assert refused(lambda: rotation.promote(new.kid, at=LATER)) == lacking.format(f"{new.kid.hex()} yet", "b:2")
    Worker.objects.filter(name="b:2").update(holds=heard["b:2"] | {new.kid.hex(): "pre-active"})
    rotation.promote(new.kid, at=LATER)
    using = f"These workers still use key {old.kid.hex()}: a:1, b:2. Wait a minute, or give their machine the keyring."
    assert refused(lambda: rotation.destroy(old.kid, gone=(), at=LATER)) == using
    Worker.objects.update(holds={old.kid.hex(): "retired", new.kid.hex(): "active"})
    assert rotation.destroy(old.kid, gone=(), at=LATER).state == "destroyed"


def test_a_worker_beats_takes_up_a_changed_keyring_and_refuses_a_foreign_one(english):
    seen = keyring.fingerprint()
    heartbeat.beat(at=AT)
    new = rotation.add("kek", at=AT)
    held = keyring.current()
    assert heartbeat.lacking(new.kid, at=AT) == [Worker.objects.get().name]
    seen = heartbeat.take_up(seen, at=AT)
    heartbeat.beat(at=AT)
    assert (heartbeat.lacking(new.kid, at=AT), seen) == ([], keyring.fingerprint())
    held, ours = keyring.current(), english.read_text()
    english.write_text(keyring.generate(AT))
    with pytest.raises(Exception, match="not the one this database"):
        heartbeat.take_up(seen, at=AT)
    assert keyring.current() is held
    english.write_text(ours)
    heartbeat.beat(at=AT + timedelta(days=2))
    assert Worker.objects.count() == 1


def test_a_worker_does_not_start_on_a_foreign_keyring(english, monkeypatch):
    started = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.name))
    heartbeat.start()
    assert started == ["keyring heartbeat"]
    english.write_text(keyring.generate(AT))
    keyring.current.cache_clear()
    with pytest.raises(Exception, match="not the one this database"):
        heartbeat.start()
    assert started == ["keyring heartbeat"]


def test_a_task_worker_does_not_start_on_a_foreign_keyring(english, monkeypatch):
    monkeypatch.setattr(type(connections), "close_all", lambda _connections: None)
    celery._prove()
    english.write_text(keyring.generate(AT))
    keyring.current.cache_clear()
    with pytest.raises(SystemExit, match="not the one this database"):
        celery._prove()


@pytest.mark.parametrize("stop", range(6))
def test_p11_killed_at_any_batch_rewrap_goes_on_where_it_stopped(stop):
    boxes = [person(f"861380000{n:04}") for n in range(10)]
    old = keyring.current().active("kek")
    new = rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    batches = rewrapping.batches(size=2)
    done = sum(next(batches) for _n in range(min(stop, 5)))
    batches.close()
    assert (rotation.under(old.kid), rotation.under(new.kid)) == (10 - done, done)
    assert [opening.open_one(box) for box in boxes] == [f"861380000{n:04}" for n in range(10)]
    assert (rewrap(size=2), rotation.under(old.kid)) == (10 - done, 0)
    assert [opening.open_one(box) for box in boxes] == [f"861380000{n:04}" for n in range(10)]


def test_rewrapping_changes_the_wrapping_and_nothing_else():
    box = person()
    before = PersonKey.objects.get()
    key = persons.unwrap(before.owner, bytes(before.wrapped))
    rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    rewrap()
    after = PersonKey.objects.get()
    assert persons.unwrap(after.owner, bytes(after.wrapped)) == key
    assert (bytes(after.wrapped) != bytes(before.wrapped), after.created_at, after.generation) == (True, AT, 1)
    assert (bytes(after.kid), box.owner) == (keyring.current().active("kek").kid, after.owner)


def test_whoever_changed_a_key_in_between_has_the_last_word():
    box = person()
    row = PersonKey.objects.get()
    rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    changes = [(row.owner, b"what it was before", b"\0" * 68)]
    rewrapping._swap(changes)
    assert bytes(PersonKey.objects.get().wrapped) == bytes(row.wrapped)
    assert opening.open_one(box) == "8613800001234"


@pytest.mark.parametrize("epoch", [True, False])
def test_p12_a_backup_opens_nobody_who_left_once_its_key_is_destroyed(epoch, english):
    """The dump of both sides is restored under today's keyring; without a new epoch it opens: so the test can fail."""
    gone, here = person("8613800000001"), person("8613800000002")
    dump, old = list(PersonKey.objects.values()), keyring.current().active("kek")
    persons.destroy_keys([gone.owner])
    if epoch:
        rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
        rewrap()
        rotation.destroy(old.kid, gone=(), at=LATER)
    vault_now = list(PersonKey.objects.values())
    PersonKey.objects.all().delete()
    PersonKey.objects.bulk_create(PersonKey(**row) for row in dump)
    restored = [opening.open_many([Sealed(b.blob, field_id=FIELD, row=b.row, owner=b.owner)])[0] for b in (gone, here)]
    found = [(r.value, type(r.error).__name__) for r in restored]
    assert found == ([(None, "KeyDestroyed")] * 2 if epoch else [("8613800000001", "NoneType"), ("8613800000002", "NoneType")])
    PersonKey.objects.all().delete()
    PersonKey.objects.bulk_create(PersonKey(**row) for row in vault_now)
    assert opening.open_one(here) == "8613800000002"
    assert old.material.hex() not in english.read_text()


def test_p07_a_destroyed_key_and_a_missing_one_have_their_own_words():
    box, old = person(), keyring.current().active("kek")
    wrapped = PersonKey.objects.get()
    rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    rewrap()
    rotation.destroy(old.kid, gone=(), at=LATER)
    PersonKey.objects.update(wrapped=wrapped.wrapped)
    with pytest.raises(KeyDestroyed, match=f"key {old.kid.hex()} was destroyed on 2026-04-01"):
        opening.open_one(box)
    keyring.replace(key for key in keyring.current() if key.kid != old.kid)
    with pytest.raises(KeyMissing, match=old.kid.hex()):
        opening.open_one(box)


def test_p11_two_generations_of_tags_are_written_and_read_and_the_older_goes():
    first = person("8613800000001")
    new = rotation.add("index", at=LATER)
    second = person("8613800000002")
    rotation.promote(new.kid, at=LATER)
    third = person("8613800000003")
    found = [index.rows_by_exact(f"861380000000{n}") for n in (1, 2, 3)]
    assert found == [[(box.owner, box.owner)] for box in (first, second, third)]
    counts = {g: BlindIndex.objects.filter(generation=g).count() for g in (1, 2)}
    assert (counts, index.behind(after=UUID(int=0), limit=9)) == ({1: 4, 2: 4}, [first.owner])
    old = keyring.current().of("index")[0].kid
    assert refused(lambda: rotation.destroy(old, gone=(), at=LATER)).startswith("Some people are found only through key")
    assert refused(lambda: rotation.add("index", at=LATER)).startswith(f"Index key {old.hex()} is still there.")
    index.put(index.number_entries(owner=first.owner, row=first.row, scope=first.owner, digits="8613800000001"))
    rotation.destroy(old, gone=(), at=LATER)
    assert set(BlindIndex.objects.values_list("generation", flat=True)) == {2}
    assert [index.rows_by_exact(f"861380000000{n}") for n in (1, 2, 3)] == found
    assert index.rows_by_last4([first.owner], "0001") == [(first.owner, first.owner)]
    assert rotation.add("index", at=LATER).generation == 3


def test_nothing_of_a_keyring_reaches_a_database():
    rotation.promote(rotation.add("kek", at=LATER).kid, at=LATER)
    materials = [key.material for key in ring_text.parse(keyring.read())]
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT proof FROM vault_canary")
        stored = b"".join(bytes(row[0]) for row in cursor.fetchall())
    assert [material in stored for material in materials] == [False] * 4
