"""Legal holds: a named case for which a person must be kept."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import trail
from contacts.models import Contact, LegalHold
from team.models import User


class HoldRefused(Exception):
    """A hold that cannot be placed or lifted; the code names why."""


def held(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people stand under a hold now; serves J2."""
    standing = LegalHold.objects.filter(subject_id__in=list(subject_ids), lifted_at__isnull=True)
    return set(standing.values_list("subject_id", flat=True))


def place(*, contact: Contact, case_ref: str, reason: str, review_on: date, by: User, at: datetime) -> LegalHold:
    """Keep this person until the hold is lifted; never reopens contact with them (J2, law.md §4.3).

    `review_on` lies within 90 days of `at`. One case holds a person once. Raises HoldRefused for an unknown reason, an empty
    case or a review that is past or too far.
    """
    if reason not in LegalHold.Reason.values or not case_ref.strip():
        raise HoldRefused("incomplete")
    today = timezone.localdate(at, timezone.get_default_timezone())  # the office's, as the form counts
    if not 0 <= (review_on - today).days <= 90:
        raise HoldRefused("review")
    with transaction.atomic():
        if not Contact.objects.select_for_update().filter(pk=contact.pk).exists():
            raise HoldRefused("gone")
        twin = LegalHold.objects.filter(subject_id=contact.pk, case_ref=case_ref.strip(), lifted_at__isnull=True).first()
        if twin is not None:
            return twin
        trail.record("hold.placed", by=by, at=at, subject=contact.pk, reason=reason)
        return LegalHold.objects.create(
            subject_id=contact.pk,
            case_ref=case_ref.strip(),
            reason=reason,
            placed_by=by,
            placed_at=at,
            review_on=review_on,
        )


def lift(*, hold_id: UUID, by: User, at: datetime) -> LegalHold:
    """End a hold; the person then leaves when their time is over. Raises HoldRefused when not standing."""
    with transaction.atomic():
        hold = LegalHold.objects.select_for_update().filter(pk=hold_id, lifted_at__isnull=True).first()
        if hold is None:
            raise HoldRefused("not_standing")
        trail.record("hold.lifted", by=by, at=at, subject=hold.subject_id, reason=hold.reason)
        hold.lifted_by, hold.lifted_at = by, at
        hold.save(update_fields=["lifted_by", "lifted_at"])
        return hold
