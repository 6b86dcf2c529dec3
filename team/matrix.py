"""The role × field matrix: its start, and the deed that changes one cell."""

from datetime import datetime

from django.db import transaction

from audit import trail
from team import fields
from team.fields import Level
from team.models import LevelChange, ProtectedField, Role, User

CODES = (
    "contacts.name",
    "contacts.company",
    "contacts.mobile",
    "contacts.landline",
    "contacts.wechat",
    "contacts.email",
    "contacts.note",
    "consent.evidence",
)
_R, _M, _C, _H = Level.REVEAL, Level.MASKED, Level.CALL, Level.HIDDEN
START: dict[str, tuple[Level, ...]] = {
    Role.ADVISOR: (_R, _R, _R, _R, _C, _C, _C, _M),
    Role.LEAD: (_C, _C, _C, _C, _M, _M, _C, _M),
    Role.COMPLIANCE: (_M, _C, _M, _M, _M, _M, _H, _C),
    Role.ADMIN: (_H,) * 8,
    Role.AUDITOR: (_H,) * 8,
}


class MatrixRefused(Exception):
    """A change of the matrix that is not allowed; the code names why."""


def seed() -> None:
    """Make the protected fields and their first levels (law.md §5.1); leaves what is there alone."""
    for order, code in enumerate(CODES):
        field, made = ProtectedField.objects.get_or_create(code=code, defaults={"order": order})
        if made:
            for role, levels in START.items():
                fields.grant(field, role, levels[order])


def set_level(*, field: ProtectedField, role: str, level: Level, reason: str, by: User, at: datetime) -> None:
    """Change one cell; takes effect on everybody's next request (I5).

    Only an admin changes the matrix, a reason is required, and a role that is no data reader
    (admin, auditor) stays without. Raises MatrixRefused.
    """
    if by.role != Role.ADMIN or not by.is_active:
        raise MatrixRefused("role")
    if role not in Role.values or not reason.strip():
        raise MatrixRefused("reason")
    if role in (Role.ADMIN, Role.AUDITOR) and level > Level.HIDDEN:
        raise MatrixRefused("not_a_reader")
    with transaction.atomic():
        locked = ProtectedField.objects.select_for_update().get(pk=field.pk)
        before = fields.matrix()[role].get(locked.code, Level.HIDDEN)
        if before == level:  # sent twice, or no change at all
            return
        trail.record("matrix.changed", by=by, at=at, fields=(locked.code,), numbers=(before, level))
        fields.grant(locked, role, level)
        LevelChange.objects.create(
            field=locked,
            role=role,
            before=before,
            after=level,
            reason=reason.strip()[:200],
            changed_by=by,
            changed_at=at,
        )
