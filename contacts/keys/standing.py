"""Where every key stands and what is to be done next, for the page and the commands; names and counts, never bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contacts.keys import duty
from contacts.models import Contact, Departure
from vault import canary, heartbeat, index, keyring, persons, rewrapping, ring_text, rotation
from vault.errors import VaultError, VaultInconsistent
from vault.keys import Key, Keyring
from vault.models import ALL, BlindIndex, PersonKey, Worker
from vault.suite import chosen

WRAPS = 2**28  # people under one key, long before its nonces could meet (SP 800-38D)
PURPOSES = {
    "kek": gettext_lazy("wraps people's keys"),
    "index": gettext_lazy("search tags"),
    "suppress": gettext_lazy("refusals"),
}
STATES = {
    "pre-active": pgettext_lazy("key", "waiting"),
    "active": pgettext_lazy("key", "in use"),
    "retired": pgettext_lazy("key", "retired, opens only"),
    "destroyed": pgettext_lazy("key", "destroyed"),
}


@dataclass(frozen=True)
class Row:
    """One key for people to read: `count` is of people or tags, None where nothing is counted."""

    kid: str
    key: Key
    purpose: object
    state: object
    days: int
    count: int | None
    advice: str
    command: str


def rows(*, at: datetime) -> list[Row]:
    """Every key of the ring, tombstones last."""
    keys = sorted(keyring.current(), key=lambda key: (key.state == "destroyed", key.purpose, -key.since.timestamp()))
    return [_row(key, at=at) for key in keys]


def workers(*, at: datetime) -> list[tuple[Worker, bool]]:
    """Live workers, each with whether it holds every key that is in use or waits."""
    wanted = {key.kid.hex() for key in keyring.current() if key.state in ("pre-active", "active")}
    return [(worker, wanted <= worker.holds.keys()) for worker in heartbeat.live(at=at)]


def problems(*, at: datetime, people: bool = True) -> Iterator[str]:
    """What is wrong with keyring and vault, a sentence each, and with `people` too, which takes a look at everybody."""
    try:
        ring = keyring.current()
        canary.prove(at=at)
    except VaultError as refused:
        yield str(refused)
        return
    yield from _of_settings()
    yield from _of_keys(ring, at=at)
    if people:
        try:
            prove_whole()
        except VaultInconsistent as lost:
            yield str(lost)


def _of_keys(ring: Keyring, *, at: datetime) -> Iterator[str]:
    for worker, whole in workers(at=at):
        if not whole:
            yield _("Worker %s does not hold every key. Wait a minute, or give its machine the keyring.") % worker.name
    for key in ring.living("kek"):
        if rotation.under(key.kid) > WRAPS:
            yield _("Key %s wraps very many keys. Add its successor now: keyring add kek.") % key.kid.hex()
    known = {key.kid for key in ring.living("kek")}
    for kid in PersonKey.objects.values_list("kid", flat=True).distinct():
        if bytes(kid) not in known:
            yield _("People are under key %s, which the keyring does not hold. Bring the keyring that does.") % bytes(kid).hex()
    for purpose in duty.due(at=at):
        yield _("A new key is due for: %s. Run: keyring add, then keyring promote.") % PURPOSES[purpose]


def prove_whole() -> None:
    """Compare people with their keys; raises VaultInconsistent where a key is gone and nobody left.

    Between two looks somebody may leave, so those found are looked at again.
    """
    after, lost = ALL, 0
    while page := list(Contact.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: persons.BATCH]):
        without = set(page) - persons.alive(page)
        lost += _still_here(without) if without else 0
        after = page[-1]
    if lost:
        raise VaultInconsistent(
            _("%d people have no key, and no departure on record. Data was lost: restore the vault's newest backup.") % lost
        )


def _still_here(owners: set[UUID]) -> int:
    gone = Departure.objects.filter(subject_id__in=owners).values("subject_id")
    return Contact.objects.filter(pk__in=owners).exclude(pk__in=gone).count()


def _of_settings() -> Iterator[str]:
    if (written := ring_text.root_of(keyring.read())) != settings.ROOT:
        yield _("The keyring is written under root %(there)s, the setting says %(here)s. The next change writes it anew.") % {
            "there": written,
            "here": settings.ROOT,
        }
    if (active := keyring.current().active("kek").suite) is not chosen():
        yield _("New keys are of %(there)s, the setting says %(here)s. Run: keyring add kek, promote, rewrap.") % {
            "there": active.code,
            "here": chosen().code,
        }


def _row(key: Key, *, at: datetime) -> Row:
    count = _count(key)
    advice, command = _next(key, count, at=at)
    days = max((at - key.since).days, 0)
    return Row(key.kid.hex(), key, PURPOSES[key.purpose], STATES[key.state], days, count, advice, command)


def _count(key: Key) -> int | None:
    if key.state == "destroyed" or key.purpose == "suppress":
        return None
    return rotation.under(key.kid) if key.purpose == "kek" else BlindIndex.objects.filter(generation=key.generation).count()


def _next(key: Key, count: int | None, *, at: datetime) -> tuple[str, str]:
    """What comes next for a key, and the command that does it; no command where nothing is to be done."""
    kid = key.kid.hex()
    if key.state == "destroyed":
        return _("Every copy is useless since %s.") % _day(key.since), ""
    if key.state == "pre-active":
        return _("Waits until every worker holds it."), f"keyring promote {kid}"
    if key.state == "active" and key.purpose == "suppress":
        return _("Stays: refusals could not be found under another."), ""
    if key.state == "active":
        on = duty.next_change(key)
        due = f"keyring add {key.purpose}" if on <= at else ""
        return (_("Its successor is due.") if due else _("Its successor is due on %s.") % _day(on)), due
    if count if key.purpose == "kek" else index.behind(after=ALL, limit=1):
        kept = key.purpose == "kek" and count == rewrapping.in_between()
        return (
            _("Kept for an hour after values were sealed anew.") if kept else _("Some people still need it.")
        ), "keyring rewrap"
    copies = "".join(f' --gone "{copy}"' for copy in settings.KEYRING_COPIES)
    return _("Nobody needs it any more."), f"keyring destroy {kid}{copies}"


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "Y-m-d")
