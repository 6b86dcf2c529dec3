"""Lets checkpoints leave the house once a day, so that no later history can contradict them unseen (audit.md §5.7)."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from audit import ids, note, stored, trail, watch
from audit.models import Anchor, Seal, SealingKey, Watch
from vault import timestamping

BY = trail.System("sealer")
STAMP = "rfc3161"


def due(*, at: datetime) -> list[str]:
    """The ways by which no checkpoint left yet today (UTC); asked of the table, never of a schedule."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    gone = set(Anchor.objects.filter(at_us__gte=ids.microseconds(midnight)).values_list("kind", flat=True))
    return [kind for kind in ways() if kind not in gone]


def anchor(*, at: datetime) -> list[str]:
    """Send the newest checkpoint by every way that is due; returns the ways it went.

    A way that fails keeps the others from nothing, stays due, and is an alarm until it went. Raises the last failure
    when none went.
    """
    seal = stored.newest()
    if seal is None:
        return []
    gone: list[str] = []
    failed: OSError | None = None
    for kind in due(at=at):
        try:
            kept = ways()[kind](seal, at)
        except OSError as error:  # smtplib's errors are OSErrors too
            failed = error
            continue
        _record(seal, kind, kept, at=at)
        gone.append(kind)
    if not ways():  # a way that failed once and was taken down is no alarm any more
        Watch.objects.filter(name="anchor").update(word="", place=0, at_us=ids.microseconds(at))
    else:
        watch.saw("anchor", at=at, word="anchor" if failed else "", place=seal.size if failed else 0)
    if failed is not None and not gone:
        raise failed
    return gone


def ways() -> dict[str, Callable[[Seal, datetime], bytes]]:
    """The ways this house has: mail, a folder that somebody else keeps, a time-stamp authority; each gives what is kept."""
    found: dict[str, Callable[[Seal, datetime], bytes]] = {}
    if settings.ANCHOR_MAIL:
        found["mail"] = _mail
    if settings.ANCHOR_FOLDER:
        found["file"] = _file
    if settings.TSA_URL:
        found[STAMP] = _stamp
    return found


def vkey(seal: Seal) -> str:
    """The public line of the key under which this checkpoint was signed."""
    key = SealingKey.objects.filter(from_size__lt=seal.size).order_by("-from_size").first()
    return key.vkey if key else ""


def _record(seal: Seal, kind: str, kept: bytes, *, at: datetime) -> None:
    with transaction.atomic():
        trail.record("audit.anchored", by=BY, at=at, numbers=[seal.size])
        Anchor.objects.create(size=seal.size, kind=kind, at_us=ids.microseconds(at), blob=kept)


def _mail(seal: Seal, at: datetime) -> bytes:
    """One message to everybody, in the office's language; three lines that anybody can keep."""
    with translation.override(settings.LANGUAGE_CODE):
        body = _("Please keep this message. It proves what the trail was on this day; nobody can rewrite it unseen.")
        subject = _("Checkpoint of the audit trail: %(size)d entries") % {"size": seal.size}
    text = f"{body}\n\n{seal.note}\n{vkey(seal)}\n"
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, list(settings.ANCHOR_MAIL)).send()
    return seal.note.encode()


def _file(seal: Seal, at: datetime) -> bytes:
    """A file of its own for each size, never written over, on the disk before we say so."""
    origin = note.parse(seal.note).origin.replace("/", "-")
    target = Path(settings.ANCHOR_FOLDER) / f"{origin}-{seal.size:012d}.txt"
    if target.exists() and target.read_text(encoding="utf-8") == seal.note:
        return seal.note.encode()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(seal.note)
        file.flush()
        os.fsync(file.fileno())
    return seal.note.encode()


def _stamp(seal: Seal, at: datetime) -> bytes:
    """The authority's token over the note, as it came."""
    return timestamping.stamp(seal.note.encode(), at=at)
