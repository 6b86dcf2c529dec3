"""The gate: may this user use a number of this person for this action now, and why (H1).

It stands where the value is opened. The consent row stays locked from the question to the caller's
commit, so that a withdrawal is either before or after, never in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from consent import rules, suppression
from consent.actions import ACTIONS, Action
from consent.models import Consent, Decision, Subject
from consent.rules import Facts, Verdict
from team import fitness
from team.models import User

OFFICE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Usage:
    """How often the person was called lately; counted by the floor above, never by the browser."""

    attempts_today: int = 0
    attempts_week: int = 0
    attempts_month: int = 0
    unanswered_in_row: int = 0


@dataclass(frozen=True)
class Explanation:
    """A stored decision decided again from its stored facts."""

    decision: Decision
    again: Verdict
    same_rules: bool

    @property
    def agrees(self) -> bool:
        """Whether the rules of today, given the same facts, say the same."""
        return (self.again.allowed, self.again.reason) == (self.decision.allowed, self.decision.reason)


def ask(*, by: User, subject: UUID, action: str, usage: Usage, in_book: bool, may: bool, at: datetime) -> Decision:
    """Decide, and keep the decision with its facts; inside the caller's transaction, which holds the lock.

    Purpose and channel follow from `action` here. `in_book` and `may` are what the deed above found
    for this user; `usage` its counts; `at` the server's clock (UTC). Serves H1, A6, D2.
    """
    known = ACTIONS.get(action, Action("phone_contact", "call", timed=True))
    head = _locked(subject, known)
    facts = _facts(action, known, by=by, at=at, usage=usage, in_book=in_book, may=may).with_person(
        head,
        erased=not Subject.objects.filter(pk=subject, erased_at__isnull=True).exists(),
        suppressed=bool(suppression.subjects_suppressed([subject])),
    )
    verdict = rules.decide(facts)
    return Decision.objects.create(
        subject_id=subject,
        asked_by=by,
        action=action if action in ACTIONS else "unknown",
        purpose=known.purpose,
        channel=known.channel,
        consent_id=head.pk if head else None,
        allowed=verdict.allowed,
        reason=verdict.reason,
        rule_version=verdict.rule_version,
        facts=facts.as_json(),
        decided_at=at,
    )


def peek_many(
    subjects: Sequence[UUID],
    action: str,
    *,
    by: User,
    at: datetime,
    usage: Mapping[UUID, Usage],
    may: bool = True,
    discreet: bool = False,
) -> dict[UUID, Verdict]:
    """What the gate would answer for these people, whom the caller may see; keeps nothing, constant queries.

    `discreet` answers as staff may hear it (rules.tell); compliance hears the whole.
    """
    answer = rules.tell if discreet else rules.decide
    known = ACTIONS[action]
    found = Consent.objects.filter(subject_id__in=subjects, purpose=known.purpose, channel=known.channel)
    heads = {head.subject_id: head for head in found.select_related("purpose")}
    closed = suppression.subjects_suppressed(subjects)
    gone = set(Subject.objects.filter(pk__in=subjects, erased_at__isnull=False).values_list("pk", flat=True))
    base = _facts(action, known, by=by, at=at, usage=Usage(), in_book=True, may=may)
    return {
        pk: answer(base.with_usage(usage[pk]).with_person(heads.get(pk), erased=pk in gone, suppressed=pk in closed))
        for pk in subjects
    }


def tell(decision: Decision) -> Verdict:
    """A stored answer as staff may hear it (rules.tell)."""
    return rules.tell(Facts.from_json(decision.facts))


def explain(decision_id: UUID) -> Explanation:
    """A stored decision, decided again from its stored inputs (A6)."""
    decision = Decision.objects.select_related("asked_by").get(pk=decision_id)
    again = rules.decide(Facts.from_json(decision.facts))
    return Explanation(decision, again, same_rules=decision.rule_version == rules.VERSION)


class _Draft(Facts):
    """Facts while they are being gathered."""

    def with_person(self, head: Consent | None, *, erased: bool, suppressed: bool) -> "_Draft":
        values = self.as_json() | {"erased": erased, "suppressed": suppressed}
        if head is not None:
            until = int(head.valid_until.timestamp()) if head.valid_until else 0
            values |= {"state": str(head.state), "grade": head.grade, "valid_until": until}
            values |= {"minimum_grade": head.purpose.minimum_grade}
        return _Draft(**values)

    def with_usage(self, usage: Usage) -> "_Draft":
        return _Draft(**(self.as_json() | usage.__dict__))


def _facts(action: str, known: Action, *, by: User, at: datetime, usage: Usage, in_book: bool, may: bool) -> _Draft:
    return _Draft(
        action=action,
        timed=known.timed,
        now=int(at.timestamp()),
        office_hour=at.astimezone(OFFICE).hour,
        active_staff=by.is_active,
        fit_staff=fitness.fit(by, at=at).ok,
        may=may,
        in_book=in_book,
        **usage.__dict__,
    )


def one_at_a_time(subject: UUID, action: str) -> None:
    """Let uses of this consent follow one another until the caller's commit; call it before counting them (H4).

    Two clicks at the same moment are then one call and one refusal, or one message.
    """
    known = ACTIONS[action]
    rows = Consent.objects.select_for_update().filter(subject_id=subject, purpose=known.purpose, channel=known.channel)
    list(rows.values_list("pk"))


def _locked(subject: UUID, known: Action) -> Consent | None:
    """The head, locked against a withdrawal until commit: FOR SHARE, or SQLite's immediate transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM consent_consent WHERE subject_id = %s AND purpose_id = %s AND channel = %s FOR SHARE",
                [subject, known.purpose, known.channel],
            )
    rows = Consent.objects.filter(subject_id=subject, purpose=known.purpose, channel=known.channel)
    return rows.select_related("purpose").first()
