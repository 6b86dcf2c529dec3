"""The keyring's file: what is read, what is refused with which sentence, and how it is written anew."""

import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.vault import ring
from vault import keyring, ring_text, roots
from vault.errors import DeedRefused, KeyDestroyed, KeyMissing, KeyringRefused

AT = datetime(2026, 3, 2, tzinfo=UTC)
FILE = roots.named("file")


def version_2(**changed):
    """The frozen keyring as version 2, its first key changed."""
    document = json.loads(ring_text.render(ring_text.parse(ring.FROZEN), FILE))
    document["keys"][0] |= changed
    return document


def test_version_1_is_read_as_ever_and_written_as_version_2():
    old = ring_text.parse(ring.FROZEN)
    text = ring_text.render(old, FILE)
    assert (json.loads(text)["version"], ring_text.parse(text).keys) == (2, old.keys)
    assert {key.since for key in old} == {key.created for key in old}


def altered(change):
    document = version_2()
    change(document)
    return json.dumps(document)


def entry(document):
    return document["keys"][0]


REFUSED = {
    "no json": (lambda _d: None, "not readable"),
    "unknown field above": (lambda d: d.update(note="x"), "unknown or missing fields"),
    "version 3": (lambda d: d.update(version=3), "unknown or missing fields"),
    "unknown field": (lambda d: entry(d).update(note="x"), "unknown or missing fields"),
    "missing field": (lambda d: entry(d).pop("since"), "unknown or missing fields"),
    "both": (lambda d: entry(d).update(wrapped="x"), "unknown or missing fields"),
    "unknown purpose": (lambda d: entry(d).update(purpose="audit"), "unknown purpose or state"),
    "unknown state": (lambda d: entry(d).update(state="lost"), "unknown purpose or state"),
    "unknown suite": (lambda d: entry(d).update(suite=9), "not readable"),
    "short": (lambda d: entry(d).update(material="AAAA"), "key e28ca73f has the wrong length"),
    "no base64": (lambda d: entry(d).update(material="*"), "not readable"),
    "another key": (lambda d: entry(d).update(material="A" * 43 + "="), "key e28ca73f is not the key it says it is"),
    "another name": (lambda d: entry(d).update(kid="00000000"), "key 00000000 is not the key it says it is"),
    "a short name": (lambda d: entry(d).update(kid="e28c"), "unknown purpose or state"),
    "another suite": (lambda d: entry(d).update(suite=3), "key e28ca73f is not the key it says it is"),
    "no zone": (lambda d: entry(d).update(since="2026-01-01T00:00:00"), "no time zone"),
    "no generation": (lambda d: d["keys"][1].update(generation=0), "key d2cb043b has no generation"),
    "twice": (lambda d: d["keys"].append(d["keys"][0]), "two keys share a kid"),
    "none active": (lambda d: entry(d).update(state="retired"), "kek: 0 active keys"),
    "destroyed, and there": (lambda d: entry(d).update(state="destroyed"), "unknown or missing fields"),
    "no list": (lambda d: d.update(keys=5), "not readable"),
    "no entry": (lambda d: d.update(keys=[5]), "not readable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_unknown_missing_or_misnamed_is_refused_and_no_byte_is_told(case):
    change, sentence = REFUSED[case]
    text = altered(change) if case != "no json" else "{"
    with pytest.raises(KeyringRefused, match=sentence) as refused:
        ring_text.parse(text)
    assert [key.material.hex()[:8] in str(refused.value) for key in ring_text.parse(ring.FROZEN)] == [False] * 3


def test_a_field_that_stands_twice_is_refused():
    text = json.dumps(version_2()).replace('"version": 2', '"version": 2, "version": 1')
    with pytest.raises(KeyringRefused, match="stands twice"):
        ring_text.parse(text)


def test_two_index_keys_of_one_generation_are_refused():
    keys = ring_text.parse(ring.FROZEN).keys
    other = replace(keyring.make("index", state="retired", at=AT), generation=1)
    with pytest.raises(KeyringRefused, match="share a generation"):
        ring_text.parse(ring_text.render([*keys, other], FILE))


def test_a_tombstone_keeps_name_and_day_and_nothing_else():
    keys = list(ring_text.parse(ring.FROZEN).keys)
    dead = replace(keyring.make("kek", state="destroyed", at=AT), material=b"")
    text = ring_text.render([*keys, dead], FILE)
    assert sorted(json.loads(text)["keys"][-1]) == ["created", "kid", "purpose", "since", "state", "suite"]
    parsed = ring_text.parse(text)
    with pytest.raises(KeyDestroyed) as destroyed:
        parsed.get(dead.kid)
    assert str(destroyed.value) == f"key {dead.kid.hex()} was destroyed on 2026-03-02"
    with pytest.raises(KeyMissing):
        parsed.get(b"none")
    assert (dead in parsed.living(), dead.kid in parsed.ciphers) == (False, False)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700])
def test_a_file_that_others_may_read_is_refused(settings, monkeypatch, tmp_path, mode):
    with ring.filed(settings, monkeypatch, tmp_path) as file:
        file.chmod(mode)
        with pytest.raises(KeyringRefused, match="0600 or 0400"):
            keyring.current()
        file.chmod(0o400)
        assert len(keyring.current().keys) == 3


def test_a_file_of_somebody_else_is_refused(settings, monkeypatch, tmp_path):
    with ring.filed(settings, monkeypatch, tmp_path):
        monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
        with pytest.raises(KeyringRefused, match="belong to this user"):
            keyring.current()


def test_a_change_keeps_the_mode_and_is_whole_or_not_at_all(settings, monkeypatch, tmp_path):
    with ring.filed(settings, monkeypatch, tmp_path) as file:
        file.chmod(0o400)
        keyring.replace([*keyring.current(), keyring.make("kek", state="pre-active", at=AT)])
        assert (len(keyring.current().keys), stat.S_IMODE(file.stat().st_mode)) == (4, 0o400)
        before = file.read_text()

        def full(_handle):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(DeedRefused, match="No space left"):
            keyring.replace(keyring.current().keys[:3])
        assert file.read_text() == before


def test_a_keyring_without_an_active_key_is_never_written(settings, monkeypatch, tmp_path):
    with ring.filed(settings, monkeypatch, tmp_path) as file:
        with pytest.raises(KeyringRefused, match="0 active keys"):
            keyring.replace(keyring.current().keys[1:])
        assert file.read_text() == ring.FROZEN


def test_a_keyring_in_the_environment_is_changed_by_nobody(monkeypatch):
    with ring.using(monkeypatch, ring.FROZEN), pytest.raises(DeedRefused, match="YUNNUO_KEYRING"), keyring.changing():
        pass


def test_a_first_keyring_is_made_once(settings, monkeypatch, tmp_path):
    with ring.filed(settings, monkeypatch, tmp_path) as file:
        with pytest.raises(DeedRefused):
            keyring.first(at=AT)
        file.unlink()
        keyring.first(at=AT)
        assert ([key.state for key in keyring.current()], stat.S_IMODE(file.stat().st_mode)) == (["active"] * 3, 0o600)


def test_nobody_says_a_key_aloud(capsys):
    keys = ring_text.parse(ring.FROZEN).keys
    assert repr(keys[0]) == "<Key e28ca73f kek active>"
    assert str(keys[0].material) not in f"{keys}"
