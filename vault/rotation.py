"""A key's way through the ring: added, promoted, retired, destroyed; each step looks first and may be repeated.

Out of order it refuses with a sentence that says what to do instead. The trail stands one floor up:
contacts.keys records what is done here.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from vault import canary, heartbeat, index, keyring
from vault.errors import DeedRefused
from vault.keys import Key, Keyring
from vault.models import ALL, Canary, PersonKey, Tombstone


def add(purpose: str, *, at: datetime) -> Key:
    """Put a new key on the ring; nothing uses it yet, though an index is written under it from now on.

    Where one is waiting already, that one is returned. Raises DeedRefused.
    """
    if purpose == "suppress":
        raise DeedRefused(
            _("Refusals of people who have left cannot be computed under another key, so this key stays. Change nothing.")
        )
    with keyring.changing() as ring:
        _refuse_elsewhere(ring)
        waiting = [key for key in ring.of(purpose) if key.state == "pre-active"]
        fresh = waiting[0] if waiting else _fresh(ring, purpose, at=at)
        if not waiting:
            keyring.replace([*ring, fresh])
    canary.prove(at=at)
    return fresh


def _refuse_elsewhere(ring: Keyring) -> None:
    """Two machines that each add a key would each have a keyring of their own; the canaries tell."""
    if stranger := {bytes(kid) for kid in Canary.objects.values_list("kid", flat=True)} - {key.kid for key in ring}:
        raise DeedRefused(_("Key %s was added on another machine. Bring its keyring here first.") % min(stranger).hex())


def _fresh(ring: Keyring, purpose: str, *, at: datetime) -> Key:
    """A key for the ring; one generation of the index goes before the next but one comes."""
    if purpose != "index":
        return keyring.make(purpose, state="pre-active", at=at)
    for key in ring.living("index"):
        if key.state == "retired":
            raise DeedRefused(_("Index key %s is still there. First: keyring rewrap, then keyring destroy.") % _of(key))
    generation = max(key.generation for key in ring.of("index")) + 1
    return keyring.make(purpose, state="pre-active", at=at, generation=generation)


def promote(kid: bytes, *, at: datetime) -> Key:
    """Use this key from now on for whatever is new; the one before is retired, and still opens.

    Refused while a live worker does not hold it: that worker could not read what another writes.
    """
    with keyring.changing() as ring:
        key = _find(ring, kid)
        if key.state == "active":
            return key
        if key.state != "pre-active":
            raise DeedRefused(_("Key %s had its time. Add a new one: keyring add.") % _of(key))
        if lacking := heartbeat.lacking(kid, at=at):
            raise DeedRefused(
                _("These workers do not hold key %(key)s yet: %(names)s. Wait a minute, or give their machine the keyring.")
                % {"key": _of(key), "names": ", ".join(lacking)}
            )
        if not canary.opens(key):
            raise DeedRefused(_("Key %s has no proof in this database. Run: keyring doctor.") % _of(key))
        states = {ring.active(key.purpose).kid: "retired", kid: "active"}
        keyring.replace(replace(k, state=states[k.kid], since=at) if k.kid in states else k for k in ring)
    return keyring.current().get(kid)


def retire(kid: bytes, *, at: datetime) -> Key:
    """Take a key that is only waiting off the way; an active one is retired by promoting its successor."""
    with keyring.changing() as ring:
        key = _find(ring, kid)
        if key.state == "retired":
            return key
        if key.state == "active":
            raise DeedRefused(
                _("Key %s is in use. Promote its successor, and it retires by itself: keyring add, keyring promote.") % _of(key)
            )
        if key.state == "destroyed":
            raise DeedRefused(_("Key %s was destroyed already.") % _of(key))
        keyring.replace(replace(k, state="retired", since=at) if k.kid == kid else k for k in ring)
    return keyring.current().get(kid)


def destroy(kid: bytes, *, gone: Collection[str], at: datetime) -> Key:
    """Destroy a retired key that nothing needs any more; `gone` names the registered copies that are destroyed too.

    The name and the day stay, on the ring and in the vault. Raises DeedRefused.
    """
    with keyring.changing() as ring:
        key = _find(ring, kid)
        if key.state != "destroyed":
            _refuse_needed(ring, key, at=at)
            _refuse_copies(gone)
            for _forgotten in index.drop_generation(key.generation) if key.purpose == "index" else ():
                pass
            key = replace(key, state="destroyed", since=at, material=b"")
            keyring.replace(key if k.kid == kid else k for k in ring)
    facts = {"purpose": key.purpose, "made_at": key.created, "destroyed_at": key.since}
    Tombstone.objects.get_or_create(kid=kid, defaults=facts)
    Canary.objects.filter(kid=kid).delete()
    return key


def under(kid: bytes) -> int:
    """How many people have a key under this one."""
    return PersonKey.objects.filter(Q(kid=kid) | Q(previous_kid=kid)).count()


def _refuse_needed(ring: Keyring, key: Key, *, at: datetime) -> None:
    if key.state != "retired":
        raise DeedRefused(_("Key %s is not retired. Promote its successor first: keyring add, keyring promote.") % _of(key))
    if key.purpose == "suppress":
        raise DeedRefused(_("Without this key every refusal would be forgotten. It stays."))
    if names := heartbeat.still_using(key.kid, at=at):
        raise DeedRefused(
            _("These workers still use key %(key)s: %(names)s. Wait a minute, or give their machine the keyring.")
            % {"key": _of(key), "names": ", ".join(names)}
        )
    if key.purpose == "kek" and (count := under(key.kid)):
        raise DeedRefused(
            _("%(count)s people are still under key %(key)s. First: keyring rewrap.") % {"count": count, "key": _of(key)}
        )
    if key.purpose == "index" and index.behind(after=ALL, limit=1):
        raise DeedRefused(_("Some people are found only through key %s. First: keyring rewrap.") % _of(key))
    if not canary.opens(ring.active(key.purpose)):
        raise DeedRefused(_("The key in use has no proof in this database. Run: keyring doctor. Nothing was destroyed."))


def _refuse_copies(gone: Collection[str]) -> None:
    if left := [copy for copy in settings.KEYRING_COPIES if copy not in gone]:
        options = " ".join(f'--gone "{copy}"' for copy in left)
        raise DeedRefused(
            _("These copies of the keyring may still hold it: %(names)s. Destroy them there, then repeat with %(options)s.")
            % {"names": ", ".join(left), "options": options}
        )


def _find(ring: Keyring, kid: bytes) -> Key:
    """The key, tombstones too."""
    for key in ring:
        if key.kid == kid:
            return key
    raise DeedRefused(_("No key of the ring has this name. See: keyring show."))


def _of(key: Key) -> str:
    return key.kid.hex()
