"""Legal holds: a named case for which a person must be kept; one places it, another approves it, two lift it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import trail
from contacts.models import Contact, LegalHold
from team.models import User
from vault.among import among

LONGEST = 90  # days until somebody looks at the case again (law.md §4.3)


class HoldRefused(Exception):
    """A hold that cannot be placed, approved or lifted; the code names why."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code


class Deed(Protocol):
    """What a person does about a hold that stands."""

    def __call__(self, *, hold_id: UUID, by: User, at: datetime) -> LegalHold:
        """Do it."""


def held(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people stand under a hold now, approved or not; serves J2."""
    return set(standing().filter(subject_id__in=among(subject_ids)).values_list("subject_id", flat=True))


def standing() -> QuerySet[LegalHold]:
    """Every hold that keeps somebody now."""
    return LegalHold.objects.filter(lifted_at__isnull=True)


def unattended(*, at: datetime) -> int:
    """How many standing holds want somebody: not approved yet, asked to be lifted, or past their review."""
    rows = standing().values_list("approved_by", "lift_asked_by", "review_on")
    today = _today(at)
    return sum(approved is None or asked is not None or review < today for approved, asked, review in rows)


def place(
    *, contact: Contact, case_ref: str, reason: str, review_on: date, by: User, at: datetime, scope: str = LegalHold.Scope.ALL
) -> LegalHold:
    """Keep this person until the hold is lifted; never reopens contact with them (J2, law.md §4.3).

    It keeps from this moment, and waits for a second person's approval: to keep is the careful side.
    `review_on` lies within 90 days of `at`. One case holds a person once. Raises HoldRefused for an unknown
    reason or scope, an empty case or a review that is past or too far.
    """
    if reason not in LegalHold.Reason.values or scope not in LegalHold.Scope.values or not case_ref.strip():
        raise HoldRefused("incomplete")
    _check_review(review_on, at)
    with transaction.atomic():
        if not Contact.objects.select_for_update().filter(pk=contact.pk).exists():
            raise HoldRefused("gone")
        twin = standing().filter(subject_id=contact.pk, case_ref=case_ref.strip()).first()
        if twin is not None:
            return twin
        trail.record("hold.placed", by=by, at=at, subject=contact.pk, reason=reason)
        return LegalHold.objects.create(
            subject_id=contact.pk,
            case_ref=case_ref.strip(),
            reason=reason,
            scope=scope,
            placed_by=by,
            placed_at=at,
            review_on=review_on,
        )


def approve(*, hold_id: UUID, by: User, at: datetime) -> LegalHold:
    """A second person stands for the hold. Raises HoldRefused for who placed it, or when it does not wait for anybody."""
    with transaction.atomic():
        hold = _locked(hold_id)
        if hold.approved_by_id is not None:
            raise HoldRefused("approved")
        if hold.placed_by_id == by.pk:
            raise HoldRefused("same_person")
        trail.record("hold.approved", by=by, at=at, subject=hold.subject_id, reason=hold.reason)
        hold.approved_by, hold.approved_at = by, at
        hold.save(update_fields=["approved_by", "approved_at"])
        return hold


def renew(*, hold_id: UUID, review_on: date, by: User, at: datetime) -> LegalHold:
    """The case was looked at and goes on until the next review. Raises HoldRefused for a review past or too far."""
    _check_review(review_on, at)
    with transaction.atomic():
        hold = _locked(hold_id)
        trail.record("hold.renewed", by=by, at=at, subject=hold.subject_id, reason=hold.reason)
        hold.review_on, hold.lift_asked_by, hold.lift_asked_at = review_on, None, None
        hold.save(update_fields=["review_on", "lift_asked_by", "lift_asked_at"])
        return hold


def ask_to_lift(*, hold_id: UUID, by: User, at: datetime) -> LegalHold:
    """Say that the case is closed; the hold stands until a second person agrees. Asking twice changes nothing."""
    with transaction.atomic():
        hold = _locked(hold_id)
        if hold.lift_asked_by_id is None:
            trail.record("hold.lift_asked", by=by, at=at, subject=hold.subject_id, reason=hold.reason)
            hold.lift_asked_by, hold.lift_asked_at = by, at
            hold.save(update_fields=["lift_asked_by", "lift_asked_at"])
        return hold


def lift(*, hold_id: UUID, by: User, at: datetime) -> LegalHold:
    """End a hold that another person asked to lift; the person then leaves when their time is over.

    Raises HoldRefused when it does not stand, when nobody asked, and for whoever asked.
    """
    with transaction.atomic():
        hold = _locked(hold_id)
        if hold.lift_asked_by_id is None:
            raise HoldRefused("not_asked")
        if hold.lift_asked_by_id == by.pk:
            raise HoldRefused("same_person")
        trail.record("hold.lifted", by=by, at=at, subject=hold.subject_id, reason=hold.reason)
        hold.lifted_by, hold.lifted_at = by, at
        hold.save(update_fields=["lifted_by", "lifted_at"])
        return hold


def _locked(hold_id: UUID) -> LegalHold:
    hold = standing().select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise HoldRefused("not_standing")
    return hold


def _check_review(review_on: date, at: datetime) -> None:
    if not 0 <= (review_on - _today(at)).days <= LONGEST:
        raise HoldRefused("review")


def _today(at: datetime) -> date:
    return timezone.localdate(at, timezone.get_default_timezone())  # the office's, as the form counts
