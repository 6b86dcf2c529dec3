"""Exceptions from notice: nobody makes one alone, and what an emergency put off is told afterwards by a day (B10, PIPL 18)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from consent import working_days
from consent.gate import OFFICE
from consent.models import NoticeException
from team.models import Role, User
from vault import masks

Ground, Decision = NoticeException.Ground, NoticeException.Decision
LONGEST = 15  # working days after its beginning, by which whoever is concerned in an emergency is told at the latest
TWICE = timedelta(minutes=1)
DECIDERS = frozenset({Role.COMPLIANCE, Role.ADMIN})
SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance enters and tells; compliance or an administrator decides."),
    "ground": _("Choose the ground: secrecy names its statute, an emergency the day by which people are told."),
    "about": _("Say in a line what is done without notice. Name nobody, and no number."),
    "statute": _("Please leave phone numbers out of this text."),
    "began": _("This day is still to come."),
    "due": _("Choose a day after the beginning, at most 15 working days later."),
    "gone": _("This has been decided already."),
    "same_person": _("You entered it yourself; somebody else must decide."),
    "told": _("Nothing is owed here: it was told already, or a statute forbids it."),
}


class ExceptionRefused(Exception):
    """An exception that is not entered, decided or told; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


@dataclass(frozen=True)
class Said:
    """What is entered: days are the office's; `statute` for secrecy, `due_on` for an emergency."""

    ground: str
    about: str
    began_on: date
    statute: str = ""
    due_on: date | None = None


def enter(said: Said, *, by: User, at: datetime) -> NoticeException:
    """Enter one, which excuses nothing until another person approves it; an emergency is owed its notice at once (B10).

    The same, sent again by the same person within a minute, is the one that stands. `at` is aware, UTC. Raises
    ExceptionRefused: role, ground, about, statute, began, due.
    """
    if by.role != Role.COMPLIANCE:
        raise ExceptionRefused("role")
    _check(said, at.astimezone(OFFICE).date())
    row = NoticeException(**vars(said), entered_by=by, entered_at=at)
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=by.pk)
        same = NoticeException.objects.filter(**vars(said), entered_by=by, entered_at__gt=at - TWICE, decision="", told="")
        if twin := same.first():  # a double click
            return twin
        trail.record("exception.entered", by=by, at=at, subject=row.pk, reason=said.ground)
        row.save(force_insert=True)
    return row


def decide(*, pk: UUID, yes: bool, by: User, at: datetime) -> NoticeException:
    """A second person stands for it, or refuses it. Raises ExceptionRefused: role, gone, same_person. `at` is aware, UTC."""
    if by.role not in DECIDERS:
        raise ExceptionRefused("role")
    with transaction.atomic():
        row = NoticeException.objects.select_for_update().filter(pk=pk, decision="").first()
        if row is None:
            raise ExceptionRefused("gone")
        if row.entered_by_id == by.pk:
            raise ExceptionRefused("same_person")
        trail.record("exception.approved" if yes else "exception.refused", by=by, at=at, subject=pk)
        row.decision, row.decided_by, row.decided_at = Decision.APPROVED if yes else Decision.REFUSED, by, at
        row.save(update_fields=["decision", "decided_by", "decided_at"])
    return row


def tell(*, pk: UUID, how: str, by: User, at: datetime) -> NoticeException:
    """The people concerned have been told now; also where it was refused, since then they were owed it all the more.

    `how` is one of NoticeException.Told; `at` is aware, UTC. Raises ExceptionRefused: role, told.
    """
    if by.role != Role.COMPLIANCE:
        raise ExceptionRefused("role")
    with transaction.atomic():
        row = owed().select_for_update().filter(pk=pk).first()
        if row is None or not how or how not in NoticeException.Told.values:
            raise ExceptionRefused("told")
        trail.record("exception.told", by=by, at=at, subject=pk)
        row.told, row.told_by, row.told_at = how, by, at
        row.save(update_fields=["told", "told_by", "told_at"])
    return row


def owed() -> QuerySet[NoticeException]:
    """Emergencies of which the people concerned were not told yet, whatever the second person said (B10)."""
    return NoticeException.objects.filter(ground=Ground.EMERGENCY, told_at=None)


def standing() -> QuerySet[NoticeException]:
    """What waits for somebody: a decision, or a notice that is owed."""
    return NoticeException.objects.filter(Q(decision="") | Q(ground=Ground.EMERGENCY, told_at=None))


def _check(said: Said, today: date) -> None:
    secret = said.ground == Ground.SECRECY
    if said.ground not in Ground.values or secret != bool(said.statute) or secret != (said.due_on is None):
        raise ExceptionRefused("ground")
    if not said.about or masks.hide_runs(said.about) != said.about:
        raise ExceptionRefused("about")
    if masks.hide_runs(said.statute) != said.statute:
        raise ExceptionRefused("statute")
    if said.began_on > today:
        raise ExceptionRefused("began")
    if said.due_on and not said.began_on <= said.due_on <= working_days.after(said.began_on, LONGEST).on:
        raise ExceptionRefused("due")
