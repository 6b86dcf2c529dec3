"""Debts of refusals: whoever takes one finds out how it came to be, and closes it with what they found (D9).

The database opens them (contacts.models.debt); no deed of ours does, and none takes one away.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from contacts.models import CallAttempt, RefusalDebt
from team.models import Role, User

SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance looks into this."),
    "gone": _("This has been closed already, or there is no such debt."),
    "taken": _("A colleague has taken this already."),
    "not_yours": _("Take it first: whoever took it closes it."),
    "own": _("You made this call yourself; somebody else looks into it."),
    "finding": _("Please choose what you found. Nothing was changed."),
}


class DebtRefused(Exception):
    """A debt that is not taken or not closed: role, gone, taken, not_yours, own, finding; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def standing() -> int:
    """How many nobody has closed yet."""
    return RefusalDebt.objects.filter(closed_at__isnull=True).count()


def take(*, attempt: UUID, by: User, at: datetime) -> RefusalDebt:
    """Say that one looks into it (`at` aware, UTC); once taken it is this colleague's, until they work here no more.

    Taking one's own again changes nothing; a call of one's own is looked into by somebody else, also for who has another
    role by now. Raises DebtRefused: role, gone, own, taken. Serves D9.
    """
    with transaction.atomic():
        debt = _open(attempt, by)
        if debt.owner_id == by.pk:
            return debt
        if CallAttempt.objects.filter(pk=attempt, user=by).exists():
            raise DebtRefused("own")
        if debt.owner is not None and not may_take_over(debt.owner):
            raise DebtRefused("taken")
        trail.record("debt.taken", by=by, at=at, subject=debt.subject_id)
        debt.owner, debt.taken_at = by, at
        debt.save(update_fields=["owner", "taken_at"])
        return debt


def close(*, attempt: UUID, finding: str, by: User, at: datetime) -> None:
    """Say how it came to be, once and for ever (`at` aware, UTC). Raises DebtRefused: role, finding, gone, not_yours."""
    if finding not in RefusalDebt.Finding.values:
        raise DebtRefused("finding")
    with transaction.atomic():
        debt = _open(attempt, by)
        if debt.owner_id != by.pk:
            raise DebtRefused("not_yours")
        trail.record("debt.closed", by=by, at=at, subject=debt.subject_id)
        debt.finding, debt.closed_at = finding, at
        debt.save(update_fields=["finding", "closed_at"])


def may_take_over(owner: User) -> bool:
    """Whether this owner can close nothing any more: the account is closed, or has another role."""
    return not owner.is_active or owner.role != Role.COMPLIANCE


def _open(attempt: UUID, by: User) -> RefusalDebt:
    """The debt, locked, for whoever may do something about it."""
    if by.role != Role.COMPLIANCE:
        raise DebtRefused("role")
    rows = RefusalDebt.objects.select_related("owner").select_for_update(of=("self",))
    debt = rows.filter(pk=attempt, closed_at__isnull=True).first()
    if debt is None:
        raise DebtRefused("gone")
    return debt
