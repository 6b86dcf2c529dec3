"""The list of minors opens for an hour, to who asked with a reason and was let by another person (C12, 未成年人条例 36)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from contacts.models import MinorsLook
from team.models import Role, User

REASONS = ("minors_audit", "minors_guardian", "minors_authority")
OPEN = timedelta(hours=1)  # how long the list is open after the yes
WAITS = timedelta(days=1)  # after which an asking that nobody decided is over
DECIDERS = frozenset({Role.COMPLIANCE, Role.ADMIN})  # the second pair of eyes sees no name
SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance asks for this list."),
    "reason": _("Please choose from the list."),
    "waiting": _("You asked already; a colleague decides. Nothing was asked again."),
    "gone": _("This has been decided already, or a day is over."),
    "same_person": _("You cannot be the second person; ask a colleague."),
    "closed": _("The list is closed. Ask with a reason; a second person opens it for an hour."),
}


class LookRefused(Exception):
    """A look that is not asked for, not decided or not open; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def waiting(*, at: datetime) -> QuerySet[MinorsLook]:
    """What somebody may still decide (`at` aware, UTC), oldest first."""
    return MinorsLook.objects.filter(decided_at=None, asked_at__gt=at - WAITS).select_related("asked_by").order_by("asked_at")


def ask(*, reason: str, by: User, at: datetime) -> MinorsLook:
    """Ask to read the list, for a reason (`at` aware, UTC). Raises LookRefused: role, reason, waiting. Serves C12."""
    if by.role != Role.COMPLIANCE:
        raise LookRefused("role")
    if reason not in REASONS:
        raise LookRefused("reason")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # asked twice at the same moment is asked once
        if waiting(at=at).filter(asked_by=by).exists():
            raise LookRefused("waiting")
        trail.record("minors.asked", by=by, at=at, reason=reason)
        return MinorsLook.objects.create(reason=reason, asked_by=by, asked_at=at)


def decide(*, look_id: UUID, yes: bool, by: User, at: datetime) -> MinorsLook:
    """A second person opens the list for an hour from `at` (aware, UTC), or does not; once. Raises LookRefused.

    role, gone, same_person: the database refuses the last one by itself. Serves C12.
    """
    if by.role not in DECIDERS:
        raise LookRefused("role")
    with transaction.atomic():
        look = waiting(at=at).select_for_update(of=("self",)).filter(pk=look_id).first()
        if look is None:
            raise LookRefused("gone")
        if look.asked_by_id == by.pk:
            raise LookRefused("same_person")
        trail.record("minors.approved" if yes else "minors.refused", by=by, at=at, reason=look.reason)
        look.agreed, look.decided_by, look.decided_at = yes, by, at
        look.save(update_fields=["agreed", "decided_by", "decided_at"])
    return look


def standing(*, by: User, at: datetime) -> MinorsLook | None:
    """The look that is open to this person now, if one is: let by another, less than an hour ago."""
    rows = MinorsLook.objects.filter(asked_by=by, agreed=True, decided_at__lte=at, decided_at__gt=at - OPEN)
    return rows.select_related("decided_by").order_by("-decided_at").first()
