"""The keyring as text: reads versions 1 and 2, writes version 2; anything unknown, missing or misnamed refuses."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from vault import roots
from vault.errors import KeyringRefused
from vault.keys import PURPOSES, STATES, Key, Keyring, derive_kid
from vault.roots import Root
from vault.suite import SUITES

OLD = {"kid", "purpose", "suite", "state", "created", "material"}
COMMON = {"kid", "purpose", "suite", "state", "created", "since"}


def parse(text: str) -> Keyring:
    """Read a keyring; raises KeyringRefused, naming a kid and never bytes, and RootRefused."""
    try:
        document = json.loads(text, object_pairs_hook=_once)
        if set(document) != {"version", "root", "keys"} or document["version"] not in (1, 2):
            raise KeyringRefused("the keyring has unknown or missing fields")
        root = roots.named(document["root"])
        read = _version_1 if document["version"] == 1 else _version_2
        return Keyring([read(entry, root) for entry in document["keys"]])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise KeyringRefused("the keyring is not readable as version 1 or 2") from None


def render(keys: Iterable[Key], root: Root) -> str:
    """The keyring as text of version 2, each key as this root writes it down."""
    entries = [_entry(key, root) for key in keys]
    return json.dumps({"version": 2, "root": root.name, "keys": entries}, indent=1) + "\n"


def root_of(text: str) -> str:
    """The word of the root that a readable keyring names."""
    return str(json.loads(text)["root"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field that stands twice would let two readers see two keys."""
    if len({name for name, _value in pairs}) != len(pairs):
        raise KeyringRefused("a field of the keyring stands twice")
    return dict(pairs)


def _version_1(entry: dict[str, Any], root: Root) -> Key:
    """As written before keys had a history: material open, the state for as long as the key."""
    if set(entry) != OLD or root.field != "material" or entry["state"] == "destroyed":
        raise KeyringRefused("a key has unknown or missing fields")
    return _key(entry, root.unwrap(entry["material"]), since=entry["created"])


def _version_2(entry: dict[str, Any], root: Root) -> Key:
    dead = entry["state"] == "destroyed"
    fields = COMMON | (set() if dead else {root.field}) | ({"generation"} if entry["purpose"] == "index" else set())
    if set(entry) != fields:
        raise KeyringRefused("a key has unknown or missing fields")
    return _key(entry, b"" if dead else root.unwrap(entry[root.field]), since=entry["since"])


def _key(entry: dict[str, Any], material: bytes, *, since: str) -> Key:
    kid, purpose, suite = bytes.fromhex(entry["kid"]), entry["purpose"], SUITES[entry["suite"]]
    if purpose not in PURPOSES or entry["state"] not in STATES or len(kid) != 4:
        raise KeyringRefused("a key has an unknown purpose or state")
    if entry["state"] != "destroyed":
        if len(material) != suite.key_length:
            raise KeyringRefused(f"key {kid.hex()} has the wrong length")
        if derive_kid(material, purpose, suite) != kid:
            raise KeyringRefused(f"key {kid.hex()} is not the key it says it is")
    generation = entry.get("generation", 1)
    if type(generation) is not int or not 1 <= generation <= 32_767:
        raise KeyringRefused(f"key {kid.hex()} has no generation")
    return Key(kid, purpose, suite, entry["state"], _moment(entry["created"]), _moment(since), material, generation)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise KeyringRefused("a moment in the keyring has no time zone")
    return moment


def _entry(key: Key, root: Root) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kid": key.kid.hex(),
        "purpose": key.purpose,
        "suite": key.suite.number,
        "state": key.state,
        "created": key.created.isoformat(),
        "since": key.since.isoformat(),
    }
    if key.purpose == "index":
        entry["generation"] = key.generation
    if key.state != "destroyed":
        entry[root.field] = root.wrap(key.material)
    return entry
