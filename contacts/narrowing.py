"""Storage only begins: what no statute keeps of a person goes, name and numbers stay shut until the statute's day (J2, D7)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor, EntryDraft
from contacts import keeping, keeps, referring
from contacts.models import Contact, LegalHold

BATCH = 500


def due(at: datetime) -> QuerySet[Contact]:
    """Everybody whose promise has ended, whom a statute keeps, and of whom more is held than it names."""
    waiting = Contact.objects.filter(narrow_on__lte=at, narrowed_at__isnull=True)
    free = waiting.filter(~keeping.held(scope=LegalHold.Scope.ALL), ~keeping.postponed(at))
    return free.order_by("narrow_on", "pk")


def run(*, by: Actor, at: datetime) -> int:
    """Narrow everybody who is due at `at` (UTC), batch by batch; returns how many. Safe to kill and to repeat."""
    total = 0
    while ids := list(due(at).values_list("pk", flat=True)[:BATCH]):
        total += _batch(ids, by=by, at=at)
    return total


def _batch(ids: list[UUID], *, by: Actor, at: datetime) -> int:
    with transaction.atomic():
        rows = list(due(at).filter(pk__in=ids).select_for_update(of=("self",)).only("pk", "narrow_rule", *keeps.REST))
        trail.record_many(
            [
                EntryDraft(
                    "contact.narrowed",
                    by=by,
                    at=at,
                    subject=row.pk,
                    reason=row.narrow_rule or "",
                    fields=[f"contacts.{name}" for name in keeps.REST if getattr(row, name) is not None],
                )
                for row in rows
            ]
        )
        nothing = dict.fromkeys(keeps.REST)
        Contact.objects.filter(pk__in=[row.pk for row in rows]).update(narrowed_at=at, **nothing)
        referring.forget([row.pk for row in rows])  # no statute keeps whom somebody invited
    return len(rows)
