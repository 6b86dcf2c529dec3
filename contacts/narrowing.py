"""Storage only begins: what no statute keeps of a person goes, name and numbers stay shut until the statute's day (J2, D7)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor, EntryDraft
from consent import register, states
from consent.models import Consent
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


def untied(subject: UUID, *, by: Actor, at: datetime) -> list[str]:
    """Erase at once what was noted of this person for nothing but purposes that are closed now; returns the columns (D6).

    Which field serves which purpose, the register says: a field stays while one purpose that lists it stands or is asked
    for. A hold of everything, or days that were given, keep what there is, locked. Inside the caller's transaction.
    """
    rows = Contact.objects.filter(~keeping.held(scope=LegalHold.Scope.ALL), ~keeping.postponed(at), pk=subject)
    row = rows.only("pk", *keeps.REST).first()
    if row is None or all(getattr(row, name) is None for name in keeps.REST):
        return []
    heads = Consent.objects.filter(subject_id=subject).exclude(state__in=states.CLOSED).select_related("purpose")
    needed = register.allowed(head.purpose for head in heads)
    gone = [name for name in keeps.REST if name not in needed and getattr(row, name) is not None]
    if gone:
        told = [f"contacts.{name}" for name in gone]
        trail.record("contact.narrowed", by=by, at=at, subject=subject, reason="withdrawn", fields=told)
        Contact.objects.filter(pk=subject).update(**dict.fromkeys(gone))
    return gone


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
