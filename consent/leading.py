"""Who answers for the do-not-contact list: one of compliance, named by somebody else, on record (H8)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from consent.models import ListLead
from team.models import Role, User

NAMERS = frozenset({Role.COMPLIANCE, Role.ADMIN})
SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance or an administrator names who answers for the list."),
    "person": _("Choose somebody of compliance whose account is open, and not yourself."),
    "same": _("This person answers for the list already."),
}


class LeadRefused(Exception):
    """Nobody was named: role, person, same; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def name(*, person: UUID, by: User, at: datetime) -> ListLead:
    """From now on this person answers for the list. `at` is aware, UTC. Raises LeadRefused: role, person, same. Serves H8."""
    if by.role not in NAMERS:
        raise LeadRefused("role")
    with transaction.atomic():
        found = candidates(by=by).select_for_update(of=("self",)).filter(pk=person).first()
        if found is None:
            raise LeadRefused("person")
        now = current()
        if now is not None and now.person_id == found.pk:
            raise LeadRefused("same")
        trail.record("suppression.led", by=by, at=at, subject=found.pk)
        return ListLead.objects.create(person=found, named_by=by, named_at=at)


def candidates(*, by: User) -> QuerySet[User]:
    """Whom this user may name: compliance with an open account, but themself."""
    return User.objects.filter(role=Role.COMPLIANCE, is_active=True).exclude(pk=by.pk).order_by("display_name")


def current() -> ListLead | None:
    """The newest naming, while that person works here as compliance; None where nobody answers for the list. One query."""
    row = ListLead.objects.select_related("person", "named_by").first()
    if row is None or not row.person.is_active or row.person.role != Role.COMPLIANCE:
        return None
    return row
