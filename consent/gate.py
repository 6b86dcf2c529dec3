"""The gate: may this user use a number of this person for this action now, and why (H1).

It stands where the value is opened. The consent row stays locked from the question to the caller's
commit, so that a withdrawal is either before or after, never in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from consent import rules, suppression
from consent.actions import ACTIONS, Action
from consent.models import Consent, Decision, Subject
from consent.models.subject import MINORS
from consent.rules import Facts, Verdict
from team import fitness
from team.models import User

OFFICE = ZoneInfo("Asia/Shanghai")
UNKNOWN = Action("phone_contact", "call", timed=True)
HEAD = (
    "SELECT c.*, p.minimum_grade, p.form AS asked_form "
    "FROM consent_consent c JOIN consent_purpose p ON p.code = c.purpose_id{people} "
    "WHERE c.purpose_id = %s AND c.channel = %s AND c.subject_id = %s"
)


@dataclass(frozen=True)
class Usage:
    """How often the person was called lately; counted by the floor above, never by the browser."""

    attempts_today: int = 0
    attempts_week: int = 0
    attempts_month: int = 0
    unanswered_in_row: int = 0
    storage_only: bool = False


@dataclass(frozen=True)
class Held:
    """The consent an action stands on, if there is one, locked until the caller's commit."""

    head: Consent | None


@dataclass(frozen=True)
class _Asked:
    """What a purpose asks of the consent it stands on."""

    grade: str
    form: str


STRICTEST = _Asked("A", "written")


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


def ask(
    *,
    by: User,
    subject: UUID,
    action: str,
    usage: Usage,
    in_book: bool,
    may: bool,
    at: datetime,
    held: Held | None = None,
) -> Decision:
    """Decide, and keep the decision with its facts; inside the caller's transaction, which holds the lock.

    Purpose and channel follow from `action` here. `in_book` and `may` are what the deed above found
    for this user; `usage` its counts, made under `held` where uses must follow one another; `at` the
    server's clock (UTC). Serves H1, A6, D2.
    """
    known = ACTIONS.get(action, UNKNOWN)
    head = (held or hold(subject, action)).head
    here, closed, age = suppression.standing_of(subject)
    asks = _Asked(getattr(head, "minimum_grade", "A"), getattr(head, "asked_form", "written"))
    facts = _facts(action, known, by=by, at=at, usage=usage, in_book=in_book, may=may)
    facts = facts.with_person(head, asks, erased=not here, suppressed=closed, minor=age in MINORS)
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
    asks = {pk: _Asked(head.purpose.minimum_grade, head.purpose.form) for pk, head in heads.items()}
    closed = suppression.subjects_suppressed(subjects)
    gone, minor = _gone_and_minor(subjects)
    base = _facts(action, known, by=by, at=at, usage=Usage(), in_book=True, may=may)
    stands = {pk: {"erased": pk in gone, "suppressed": pk in closed, "minor": pk in minor} for pk in subjects}
    return {
        pk: answer(base.with_usage(usage[pk]).with_person(heads.get(pk), asks.get(pk, STRICTEST), **stands[pk]))
        for pk in subjects
    }


def peek(
    subject: UUID, usages: Mapping[str, Usage], *, consents: Iterable[Consent], by: User, at: datetime, discreet: bool
) -> dict[str, Verdict]:
    """What the gate would answer for one person to each of these actions; keeps nothing, one query.

    `consents` are this person's, each with its purpose, as the caller has just read them; `usages` the counts of each
    action; `discreet` as in `peek_many`.
    """
    answer = rules.tell if discreet else rules.decide
    heads = {(head.purpose_id, head.channel): head for head in consents if head.subject_id == subject}
    here, closed, age = suppression.standing_of(subject)
    verdicts = {}
    for action, usage in usages.items():
        known = ACTIONS[action]
        head = heads.get((known.purpose, known.channel))
        facts = _facts(action, known, by=by, at=at, usage=usage, in_book=True, may=True)
        asks = _Asked(head.purpose.minimum_grade, head.purpose.form) if head else STRICTEST
        verdicts[action] = answer(facts.with_person(head, asks, erased=not here, suppressed=closed, minor=age in MINORS))
    return verdicts


def _gone_and_minor(subjects: Sequence[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Who of them was erased, and who says they are under 18; one query."""
    rows = Subject.objects.filter(Q(erased_at__isnull=False) | Q(age__in=MINORS), pk__in=subjects)
    told = list(rows.values_list("pk", "erased_at", "age"))
    return {pk for pk, erased, _age in told if erased}, {pk for pk, _erased, age in told if age in MINORS}


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

    def with_person(self, head: Consent | None, asks: _Asked, *, erased: bool, suppressed: bool, minor: bool) -> "_Draft":
        values = self.as_json() | {"erased": erased, "suppressed": suppressed, "minor": minor}
        if head is not None:
            until = int(head.valid_until.timestamp()) if head.valid_until else 0
            values |= {"state": str(head.state), "grade": head.grade, "valid_until": until}
            values |= {"minimum_grade": asks.grade, "asked_form": asks.form, "given_form": head.form or ""}
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


def hold(subject: UUID, action: str, *, reader: User | None = None) -> Held:
    """Lock the consent that this action stands on until the caller's commit, so that uses follow one another (H4).

    Count the uses after it: two clicks at the same moment are then one call and one refusal. A reader's
    own row is locked in the same breath, for a quota that all their sessions share. SQLite's immediate
    transaction has one writer already.
    """
    known = ACTIONS.get(action, UNKNOWN)
    keys = [Subject._meta.pk.get_db_prep_value(key, connection) for key in (subject, *([reader.pk] if reader else []))]
    sql = HEAD + (" AND u.id = %s" if reader else "")
    if connection.vendor == "postgresql":
        sql += " FOR UPDATE OF c" + (", u" if reader else "")
    sql = sql.format(people=", team_user u" if reader else "")
    found = list(Consent.objects.raw(sql, [known.purpose, known.channel, *keys]))
    return Held(found[0] if found else None)
