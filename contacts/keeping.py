"""What keeps a person beyond their day, as conditions of a query over people: a legal hold, or a few days more (J2)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from contacts import nights
from contacts.models import Contact, LegalHold, Postponement
from vault.among import among


def held(**what: object) -> Exists:
    """A hold stands on them; `what` narrows which, such as its scope."""
    return Exists(LegalHold.objects.filter(subject_id=OuterRef("pk"), lifted_at__isnull=True, **what))


def postponed(at: datetime) -> Exists:
    """They were given days that are not over at `at`."""
    return Exists(Postponement.objects.filter(subject_id=OuterRef("pk"), until__gt=at))


def leaving(contacts: Iterable[Contact], *, at: datetime) -> dict[UUID, datetime]:
    """The night in which each of these leaves, as seen at `at` (UTC): their day, or the end of days that were given (J1, J7).

    A hold, which has no end, is told beside it; one query.
    """
    rows = list(contacts)
    given = Postponement.objects.filter(subject_id__in=[row.pk for row in rows], until__gt=at)
    until = dict(given.values_list("pk", "until"))
    return {row.pk: nights.leaving(max(row.delete_on, until.get(row.pk, row.delete_on)), at=at) for row in rows}


def postponed_among(ids: Iterable[UUID], at: datetime) -> set[UUID]:
    """Which of these were given such days."""
    return set(Postponement.objects.filter(subject_id__in=among(ids), until__gt=at).values_list("pk", flat=True))
