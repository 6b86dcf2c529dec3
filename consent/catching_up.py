"""Writes into the erasure ledger what it should hold and does not: from before there was one, or while it was away."""

from collections.abc import Iterator
from datetime import datetime

from consent import erasure_ledger
from consent.models import Consent, Subject, Suppression

CLOSED = ("withdrawn", "refused")


def catch_up(*, at: datetime) -> int:
    """Compare the tables with the ledger and append what is missing; returns how many lines. Raises LedgerRefused."""
    told: dict[str, set[str]] = {kind: set() for kind in erasure_ledger.KINDS}
    for line in erasure_ledger.lines():
        told[line.kind].add(_name(line.about))
        if line.kind == "lifted":
            told["suppressed"].discard(_name(line.about))
    return sum(
        erasure_ledger.write(kind, (about for about in found if _name(about) not in told[kind]), at=at)
        for kind, found in (("erased", _erased()), ("closed", _closed()), ("suppressed", _suppressed()))
    )


def _erased() -> Iterator[dict[str, str]]:
    for pk in Subject.objects.filter(erased_at__isnull=False).values_list("pk", flat=True).iterator():
        yield {"subject": str(pk)}


def _closed() -> Iterator[dict[str, str]]:
    rows = Consent.objects.filter(state__in=CLOSED).values_list("subject_id", "purpose_id", "channel", "state")
    for subject, purpose, channel, state in rows.iterator():
        yield {"subject": str(subject), "purpose": str(purpose), "channel": channel, "state": state}


def _suppressed() -> Iterator[dict[str, str]]:
    for mark, source in Suppression.objects.filter(lifted_at__isnull=True).values_list("fingerprint", "source").iterator():
        yield {"mark": bytes(mark).hex(), "source": source}


def _name(about: dict[str, str]) -> str:
    """What the line is about, whatever else it tells."""
    return about.get("mark") or "|".join(about.get(key, "") for key in ("subject", "purpose", "channel"))
