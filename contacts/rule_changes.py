"""Changes of the retention table and of the office's licence: one proposes, another decides, every version stays (L9, J7)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from contacts import keeps, retention, retention_rules
from contacts.models import RetentionRule, RuleChange
from team.models import User

PROFILE = "profile"
LONGEST = 3650
SENTENCES: dict[str, Promise] = {
    "unknown": _("There is no such rule."),
    "days": _("Days must be a whole number up to 3650; 0 only where people leave at once. Nothing was changed."),
    "same": _("That is what applies already. Nothing was proposed."),
    "waiting": _("A change of this rule waits for a decision already."),
    "gone": _("This proposal has been decided already."),
    "same_person": _("You proposed it yourself; somebody else must decide."),
}
State = RuleChange.State


class ChangeRefused(Exception):
    """A change that cannot be proposed or decided; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def propose(*, code: str, value: str, by: User, at: datetime) -> RuleChange:
    """Propose other days for a rule, or another licence profile (`code` profile). Raises ChangeRefused."""
    _check(code, value)
    before = now(code)
    if value == before:
        raise ChangeRefused("same")
    told = {"code": code, "value": value, "before": before, "proposed_by": by, "proposed_at": at}
    try:
        with transaction.atomic():
            trail.record("retention.proposed", by=by, at=at, numbers=[int(value)] if value.isdigit() else [])
            return RuleChange.objects.create(version=RuleChange.objects.filter(code=code).count() + 1, **told)
    except IntegrityError:  # one change of a rule waits at a time: the table says so
        raise ChangeRefused("waiting") from None


def decide(*, change_id: UUID, yes: bool, by: User, at: datetime) -> tuple[RuleChange, int]:
    """A second person lets the change apply, or not; returns it and how many people moved. Raises ChangeRefused."""
    with transaction.atomic():
        change = RuleChange.objects.select_for_update().filter(pk=change_id, state=State.PROPOSED).first()
        if change is None:
            raise ChangeRefused("gone")
        if change.proposed_by_id == by.pk:
            raise ChangeRefused("same_person")
        trail.record("retention.changed" if yes else "retention.refused", by=by, at=at)
        change.state, change.decided_by, change.decided_at = State.APPROVED if yes else State.REFUSED, by, at
        change.save(update_fields=["state", "decided_by", "decided_at"])
        if yes and change.code != PROFILE:
            rule = RetentionRule.objects.select_for_update().get(code=change.code)
            rule.days, rule.version, rule.changed_by, rule.changed_at = int(change.value), rule.version + 1, by, at
            rule.save(update_fields=["days", "version", "changed_by", "changed_at"])
    return change, retention.move_all(by=by, at=at) if yes else 0


def now(code: str) -> str:
    """What applies today."""
    return retention.profile() if code == PROFILE else str(retention.table()[code])


def _check(code: str, value: str) -> None:
    if code == PROFILE:
        if value not in keeps.PROFILES:
            raise ChangeRefused("unknown")
        return
    if code not in retention_rules.DEFAULT_DAYS:
        raise ChangeRefused("unknown")
    shortest = min(1, retention_rules.DEFAULT_DAYS[code])
    if not (value.isascii() and value.isdigit() and shortest <= int(value) <= LONGEST):
        raise ChangeRefused("days")
