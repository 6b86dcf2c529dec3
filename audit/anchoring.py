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

from audit import ids, note, stored, trail
from audit.models import Anchor, Seal, SealingKey

BY = trail.System("sealer")


def due(*, at: datetime) -> list[str]:
    """The ways by which no checkpoint left yet today (UTC); asked of the table, never of a schedule."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    gone = set(Anchor.objects.filter(at_us__gte=ids.microseconds(midnight)).values_list("kind", flat=True))
    return [kind for kind in ways() if kind not in gone]


def anchor(*, at: datetime) -> list[str]:
    """Send the newest checkpoint by every way that is due; returns the ways it went.

    A way that fails keeps the others from nothing and stays due. Raises the last failure when none went.
    """
    seal = stored.newest()
    if seal is None:
        return []
    gone: list[str] = []
    failed: OSError | None = None
    for kind in due(at=at):
        try:
            ways()[kind](seal)
        except OSError as error:  # smtplib's errors are OSErrors too
            failed = error
            continue
        _record(seal, kind, at=at)
        gone.append(kind)
    if failed is not None and not gone:
        raise failed
    return gone


def ways() -> dict[str, Callable[[Seal], None]]:
    """The ways this house has: mail to at least one address, a folder that somebody else keeps."""
    found: dict[str, Callable[[Seal], None]] = {}
    if settings.ANCHOR_MAIL:
        found["mail"] = _mail
    if settings.ANCHOR_FOLDER:
        found["file"] = _file
    return found


def vkey(seal: Seal) -> str:
    """The public line of the key under which this checkpoint was signed."""
    key = SealingKey.objects.filter(from_size__lt=seal.size).order_by("-from_size").first()
    return key.vkey if key else ""


def _record(seal: Seal, kind: str, *, at: datetime) -> None:
    with transaction.atomic():
        trail.record("audit.anchored", by=BY, at=at, numbers=[seal.size])
        Anchor.objects.create(size=seal.size, kind=kind, at_us=ids.microseconds(at), blob=seal.note.encode())


def _mail(seal: Seal) -> None:
    """One message to everybody, in the office's language; three lines that anybody can keep."""
    with translation.override(settings.LANGUAGE_CODE):
        body = _("Please keep this message. It proves what the trail was on this day; nobody can rewrite it unseen.")
        subject = _("Checkpoint of the audit trail: %(size)d entries") % {"size": seal.size}
    text = f"{body}\n\n{seal.note}\n{vkey(seal)}\n"
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, list(settings.ANCHOR_MAIL)).send()


def _file(seal: Seal) -> None:
    """A file of its own for each size, never written over, on the disk before we say so."""
    origin = note.parse(seal.note).origin.replace("/", "-")
    target = Path(settings.ANCHOR_FOLDER) / f"{origin}-{seal.size:012d}.txt"
    if target.exists() and target.read_text(encoding="utf-8") == seal.note:
        return
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(seal.note)
        file.flush()
        os.fsync(file.fileno())
