"""Writes into the erasure ledger what it should hold and does not: from before there was one, or while it was away."""

from collections.abc import Iterator
from datetime import UTC, datetime

from consent import erasure_ledger
from consent.models import Consent, Subject, Suppression
from consent.models.subject import MINORS

CLOSED = ("withdrawn", "refused", "invalidated", "revoked")
NEVER = datetime.min.replace(tzinfo=UTC)
Fact = tuple[dict[str, str], datetime]


def catch_up(*, at: datetime) -> int:
    """Compare the tables with the ledger and append what is missing; returns how many lines. Raises LedgerRefused.

    Missing is what happened after the newest line about it: a no that was taken back and said again is told twice.
    """
    told: dict[tuple[str, str], datetime] = {}
    for line in erasure_ledger.lines():
        key = line.kind, _name(line.about)
        told[key] = max(line.at, told.get(key, NEVER))
    return sum(
        erasure_ledger.write(kind, [about for about, since in facts if told.get((kind, _name(about)), NEVER) < since], at=at)
        for kind, facts in (("erased", _erased()), ("closed", _closed()), ("suppressed", _suppressed()), ("minor", _minors()))
    )


def _erased() -> Iterator[Fact]:
    for pk, since in Subject.objects.filter(erased_at__isnull=False).values_list("pk", "erased_at").iterator():
        yield {"subject": str(pk)}, since or NEVER


def _closed() -> Iterator[Fact]:
    fields = ("subject_id", "purpose_id", "channel", "state", "changed_at")
    for subject, purpose, channel, state, since in Consent.objects.filter(state__in=CLOSED).values_list(*fields).iterator():
        yield {"subject": str(subject), "purpose": str(purpose), "channel": channel, "state": state}, since


def _suppressed() -> Iterator[Fact]:
    rows = Suppression.objects.filter(lifted_at__isnull=True).values_list("fingerprint", "source", "since")
    for mark, source, since in rows.iterator():
        yield {"mark": bytes(mark).hex(), "source": source}, since


def _minors() -> Iterator[Fact]:
    rows = Subject.objects.filter(age__in=MINORS, erased_at__isnull=True).values_list("pk", "age_at")
    for pk, since in rows.iterator():
        yield {"subject": str(pk)}, since or NEVER


def _name(about: dict[str, str]) -> str:
    """What the line is about, whatever else it tells."""
    return about.get("mark") or "|".join(about.get(key, "") for key in ("subject", "purpose", "channel"))
