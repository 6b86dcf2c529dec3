"""The end date of every person, computed at every event and kept beside the name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from audit import trail
from consent.models import Consent
from contacts import retention_rules
from contacts.models import CallAttempt, Contact, Phone, RetentionRule
from contacts.retention_rules import Due, Standing
from team.models import User

VAIN = frozenset({"unanswered", "out_of_service"})
VAIN_CALLS = 3


class RetentionRefused(Exception):
    """A change of the retention table that is not allowed; carries a sentence for people."""


def table() -> dict[str, int]:
    """The office's days per rule; a rule without a row keeps its default (law.md §4.1)."""
    return retention_rules.DEFAULT_DAYS | dict(RetentionRule.objects.values_list("code", "days"))


def first_due(
    state: str, created_at: datetime, valid_until: datetime | None, *, days: dict[str, int] | None = None
) -> tuple[datetime, str]:
    """The end date of a person who has just come in with one consent state; serves J1."""
    standing = Standing(state, created_at, created_at if valid_until else None, valid_until)
    answer = retention_rules.due([standing], created_at=created_at, contacted=False, days=table() if days is None else days)
    return answer.on, answer.rule


def refresh(subject_ids: Iterable[UUID], *, at: datetime) -> int:
    """Recompute the end dates of these people inside the caller's transaction; returns how many moved.

    The caller has already recorded the act that moved them. `at` is the moment of the act (UTC). Serves J1.
    """
    ids = list(subject_ids)
    contacts = list(Contact.objects.filter(pk__in=ids).only("subject_id", "created_at", "delete_on", "delete_rule"))
    facts = _Facts(ids)
    moved = [contact for contact in contacts if _apply(contact, facts.due(contact))]
    Contact.objects.bulk_update(moved, ["delete_on", "delete_rule"], batch_size=200)
    return len(moved)


def change_days(*, code: str, days: int, by: User, at: datetime) -> int:
    """Set one line of the table and move everybody it concerns; returns how many moved (J1, L9).

    Raises RetentionRefused for an unknown rule or for days outside 0 to 3650.
    """
    if code not in retention_rules.DEFAULT_DAYS or not 0 <= days <= 3650:
        raise RetentionRefused(code if code in retention_rules.DEFAULT_DAYS else "unknown")
    with transaction.atomic():
        rule = RetentionRule.objects.select_for_update().get(code=code)
        if rule.days == days:  # sent twice, or no change at all
            return 0
        trail.record("retention.changed", by=by, at=at, basis="", numbers=[days])
        rule.days, rule.version, rule.changed_by, rule.changed_at = days, rule.version + 1, by, at
        rule.save(update_fields=["days", "version", "changed_by", "changed_at"])
    return _move_all(by=by, at=at)


def _move_all(*, by: User, at: datetime) -> int:
    moved, after = 0, None
    while True:
        rows = Contact.objects.order_by("subject_id")
        page = list((rows.filter(subject_id__gt=after) if after else rows).values_list("pk", flat=True)[:500])
        if not page:
            return moved
        with transaction.atomic():
            trail.record_many(
                [trail.EntryDraft("contact.changed", by=by, at=at, subject=pk, reason="retention") for pk in page]
            )
            moved += refresh(page, at=at)
        after = page[-1]


def _apply(contact: Contact, answer: Due) -> bool:
    if (contact.delete_on, contact.delete_rule) == (answer.on, answer.rule):
        return False
    contact.delete_on, contact.delete_rule = answer.on, answer.rule
    return True


class _Facts:
    """What retention needs to know of a batch of people, read in a fixed number of queries."""

    def __init__(self, ids: list[UUID]) -> None:
        self.days = table()
        self.standings: dict[UUID, list[Standing]] = defaultdict(list)
        fields = ("subject_id", "state", "changed_at", "given_at", "valid_until")
        for subject, state, changed, given, until in Consent.objects.filter(subject_id__in=ids).values_list(*fields):
            self.standings[subject].append(Standing(state, changed, given, until))
        answered = CallAttempt.objects.filter(subject_id__in=ids, outcome__in=["answered", "later"])
        self.contacted = set(answered.values_list("subject_id", flat=True))
        self.unreachable = _unreachable(ids)
        right = Count("id", filter=Q(wrong_at__isnull=True))
        counts = Phone.objects.filter(contact_id__in=ids).order_by().values_list("contact_id").annotate(right=right)
        self.wrong = {contact for contact, remaining in counts if remaining == 0}

    def due(self, contact: Contact) -> Due:
        return retention_rules.due(
            self.standings[contact.pk],
            created_at=contact.created_at,
            contacted=contact.pk in self.contacted,
            days=self.days,
            all_wrong=contact.pk in self.wrong,
            unreachable_since=self.unreachable.get(contact.pk),
        )


def _unreachable(ids: list[UUID]) -> dict[UUID, datetime]:
    """Who was called three times in a row without being reached, and since when (J6); one query."""
    noted = CallAttempt.objects.filter(subject_id__in=ids).exclude(outcome="").order_by("-at")
    last: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for subject, word, at in noted.values_list("subject_id", "outcome", "at"):
        if len(last[subject]) < VAIN_CALLS:
            last[subject].append((word, at))
    return {s: calls[0][1] for s, calls in last.items() if len(calls) == VAIN_CALLS and all(w in VAIN for w, _at in calls)}
