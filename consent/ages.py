"""How old somebody says they are, as far as the law asks: declared, never computed from a date of birth (C12, PIPL 31)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import erasure_ledger, guardians
from consent.models import Subject
from consent.models.subject import MINORS, Age
from team.models import Role, User

STRICTNESS = {"": 0, Age.ADULT: 0, Age.YOUTH: 1, Age.CHILD: 2}


class UnderAge(Exception):
    """Somebody says they are under 18, or says nothing: no form of ours takes them."""


class AgeRefused(Exception):
    """An age that is not noted; `code` names why: unknown, looser, guardian."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def must_be_adult(age: str) -> None:
    """Raise UnderAge unless this is the declaration of somebody of age; no answer is no declaration (C12)."""
    if age != Age.ADULT:
        raise UnderAge


def own(subject: UUID, age: str | None, *, at: datetime) -> None:
    """Keep what a person declared of themself, inside the transaction in which their number was confirmed (`at` UTC).

    What was noted before stays: nobody grows up by filling in a form. Forms of before asked nothing, and leave nothing.
    """
    if age and Subject.objects.select_for_update().filter(pk=subject, age__isnull=True).exists():
        trail.record("age.declared", by=Self_(subject), at=at, subject=subject)
        Subject.objects.filter(pk=subject).update(age=age, age_at=at)


def declare(*, subject: UUID, age: str, by: User, at: datetime) -> None:
    """Note what a person told staff of their age (`at` aware, UTC); the bracket and the time, never a date of birth.

    Whoever works with them may note that they are younger than was thought; that they are older, compliance alone. Raises
    AgeRefused: unknown; looser; guardian, for a child for whom no guardian's yes stands, as the database does. Serves C12.
    """
    if age not in Age.values:
        raise AgeRefused("unknown")
    with transaction.atomic():
        person = Subject.objects.select_for_update().get(pk=subject)
        if STRICTNESS[Age(age)] < STRICTNESS[person.age or ""] and by.role != Role.COMPLIANCE:
            raise AgeRefused("looser")
        if age == Age.CHILD and not guardians.stands(subject, at=at):
            raise AgeRefused("guardian")
        trail.record("age.declared", by=by, at=at, subject=subject)
        Subject.objects.filter(pk=subject).update(age=age, age_at=at)
        if age in MINORS:  # who is left alone is left alone after a restore too
            erasure_ledger.try_to_write("minor", [{"subject": str(subject)}], at=at)
