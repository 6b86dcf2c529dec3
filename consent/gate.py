"""The gate: may this user use a number of this person for this action now, and why (H1).

It stands where the value is opened. The consent row stays locked from the question to the caller's
commit, so that a withdrawal is either before or after, never in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from audit.trail import System
from consent import demands, partners, rules, suppression, windows, working_days
from consent.actions import ACTIONS, Action
from consent.demands import LISTS, Demands
from consent.models import Consent, ContactWindow, Decision, NoticePurpose, Subject
from consent.models.subject import MINORS
from consent.rules import Facts, Verdict
from team import fitness
from team.models import User

OFFICE = ZoneInfo("Asia/Shanghai")
UNKNOWN = Action("phone_contact", "call", "", timed=True)
LIMITS = ("per_day", "per_week", "per_month", "hour_from", "hour_to")
OWN = {"own_from": "hour_from", "own_to": "hour_to", "own_midday": "midday", "own_every_day": "every_day"}
HEAD = (
    "SELECT c.*, p.minimum_grade, p.form AS asked_form, p.bases, p.operations, p.categories "
    "FROM consent_consent c JOIN consent_purpose p ON p.code = c.purpose_id{people} "
    "WHERE c.purpose_id = %s AND c.channel = %s AND c.subject_id = %s"
)


@dataclass(frozen=True)
class Usage:
    """How often the person was called lately, or written to; counted by the floor above, never by the browser.

    In the last 24 hours, 7, 30 and 31 days; and whether a contract with the person runs today (A9).
    """

    attempts_today: int = 0
    attempts_week: int = 0
    attempts_month: int = 0
    unanswered_in_row: int = 0
    storage_only: bool = False
    attempts_long_month: int = 0
    client: bool = False


@dataclass(frozen=True)
class Held:
    """The consent an action stands on, if there is one, locked until the caller's commit."""

    head: Consent | None


@dataclass(frozen=True)
class Explanation:
    """A stored decision decided again from its stored facts."""

    decision: Decision
    again: Verdict
    same_rules: bool

    @property
    def verdict(self) -> Verdict:
        """What was answered then, with the facts of then."""
        facts = Facts.from_json(self.decision.facts)
        return Verdict(self.decision.allowed, self.decision.reason, self.decision.rule_version, facts)

    @property
    def agrees(self) -> bool:
        """Whether the rules of today, given the same facts, say the same."""
        return (self.again.allowed, self.again.reason) == (self.decision.allowed, self.decision.reason)


def ask(
    *,
    by: User | System,
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
    server's clock (UTC). A program of the house asks as a System: it has no pledge, and every other rule holds for
    it. Serves H1, A2, A6, A9, C5, D2.
    """
    known = ACTIONS.get(action, UNKNOWN)
    head = (held or hold(subject, action)).head
    here, closed, age = suppression.standing_of(subject)
    asks = Demands.beside(head) if head else demands.without_consent(known)
    facts = _facts(action, known, by=by, at=at, usage=usage, in_book=in_book, may=may)
    facts = facts.with_person(head, asks, erased=not here, suppressed=closed, minor=age in MINORS)
    facts = facts.with_limits(_ticks([head] if head else [], known).get(getattr(head, "notice_version_id", None)))
    facts = facts.with_window(windows.of([subject]).get(subject) if known.timed else None)
    facts = facts.with_declared(subject in demands.declared([subject], known))
    whom = partners.recipients([head] if head else [], known, at=at).get(head.pk if head else subject, partners.NOBODY)
    verdict = rules.decide(facts := facts.with_recipient(whom))
    return Decision.objects.create(
        subject_id=subject,
        asked_by=by if isinstance(by, User) else None,
        action=action if action in ACTIONS else "unknown",
        purpose=known.purpose,
        channel=known.channel,
        consent_id=head.pk if head else None,
        partner=whom.partner if verdict.allowed else None,
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
    by: User | System,
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
    asks = {pk: Demands.of(head.purpose) for pk, head in heads.items()}
    closed = suppression.subjects_suppressed(subjects)
    gone, minor = _gone_and_minor(subjects)
    ticks = _ticks(list(heads.values()), known)
    chosen = windows.of(subjects) if known.timed else {}
    others, declared = demands.without_consent(known), demands.declared(subjects, known)
    whom = partners.recipients(heads.values(), known, at=at)
    base = _facts(action, known, by=by, at=at, usage=Usage(), in_book=True, may=may)
    told = {}
    for pk in subjects:
        head, stands = heads.get(pk), {"erased": pk in gone, "suppressed": pk in closed, "minor": pk in minor}
        facts = base.with_usage(usage[pk]).with_person(head, asks.get(pk, others), **stands).with_declared(pk in declared)
        facts = facts.with_recipient(whom.get(head.pk if head else pk, partners.NOBODY))
        told[pk] = answer(facts.with_limits(ticks.get(head.notice_version_id) if head else None).with_window(chosen.get(pk)))
    return told


def peek(
    subject: UUID,
    usages: Mapping[str, Usage],
    *,
    consents: Iterable[Consent],
    agreed: Mapping[UUID, NoticePurpose],
    by: User,
    at: datetime,
    discreet: bool,
) -> dict[str, Verdict]:
    """What the gate would answer for one person to each of these actions; keeps nothing, two queries.

    `consents` are this person's, each with its purpose, as the caller has just read them, `agreed` the ticks they agreed
    to (notices.agreed); `usages` the counts of each action; `discreet` as in `peek_many`.
    """
    answer = rules.tell if discreet else rules.decide
    heads = {(head.purpose_id, head.channel): head for head in consents if head.subject_id == subject}
    here, closed, age = suppression.standing_of(subject)
    window, verdicts = windows.of([subject]).get(subject), {}
    for action, usage in usages.items():
        known = ACTIONS[action]
        head = heads.get((known.purpose, known.channel))
        facts = _facts(action, known, by=by, at=at, usage=usage, in_book=True, may=True)
        asks = Demands.of(head.purpose) if head else demands.without_consent(known)
        facts = facts.with_person(head, asks, erased=not here, suppressed=closed, minor=age in MINORS)
        if known.timed:
            facts = facts.with_limits(agreed.get(head.pk) if head else None).with_window(window)
        whom = partners.recipients([head] if head else [], known, at=at)
        facts = facts.with_recipient(whom.get(head.pk if head else subject, partners.NOBODY))
        verdicts[action] = answer(facts.with_declared(subject in demands.declared([subject], known)))
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

    def with_person(self, head: Consent | None, asks: Demands, *, erased: bool, suppressed: bool, minor: bool) -> "_Draft":
        values = self.as_json() | {"erased": erased, "suppressed": suppressed, "minor": minor}
        values |= {name: getattr(asks, name) for name in LISTS}
        if head is not None:
            until = int(head.valid_until.timestamp()) if head.valid_until else 0
            values |= {"state": str(head.state), "grade": head.grade, "valid_until": until}
            values |= {"minimum_grade": asks.grade, "asked_form": asks.form, "given_form": head.form or ""}
        return _Draft(**values)

    def with_declared(self, declared: bool) -> "_Draft":
        return _Draft(**(self.as_json() | {"declared": declared}))

    def with_recipient(self, whom: partners.Recipient) -> "_Draft":
        return _Draft(**(self.as_json() | {"recipient_known": whom.known, "recipient_owes": whom.owes}))

    def with_usage(self, usage: Usage) -> "_Draft":
        return _Draft(**(self.as_json() | usage.__dict__))

    def with_limits(self, tick: NoticePurpose | None) -> "_Draft":
        """What the version promised that the person agreed to; nothing where it left it to the office."""
        return _Draft(**(self.as_json() | {name: getattr(tick, name) for name in LIMITS})) if tick else self

    def with_window(self, chosen: ContactWindow | None) -> "_Draft":
        """What the person chose themself, if they did."""
        return _Draft(**(self.as_json() | {own: getattr(chosen, name) for own, name in OWN.items()})) if chosen else self


def _facts(action: str, known: Action, *, by: User | System, at: datetime, usage: Usage, in_book: bool, may: bool) -> _Draft:
    """What is known before the person is looked at; the office rests from calls, not from messages (H3)."""
    told: dict[str, Any] = {"active_staff": True, "fit_staff": True}
    if isinstance(by, User):
        told = {"active_staff": by.is_active, "fit_staff": fitness.fit(by, at=at).ok}
    clock = at.astimezone(OFFICE)
    if known.timed and known.channel == "call":
        told["rest_from"], told["rest_to"] = settings.CALL_REST
        told["working_days_only"] = settings.CALL_DAYS == "working"
    return _Draft(
        action=action,
        timed=known.timed,
        now=int(at.timestamp()),
        office_hour=clock.hour,
        day=working_days.for_calls(clock.date()),
        may=may,
        in_book=in_book,
        operation=known.operation,
        touches=known.touches,
        basis=known.basis,
        **told,
        **usage.__dict__,
    )


def _ticks(heads: Sequence[Consent], known: Action) -> dict[UUID | None, NoticePurpose]:
    """The ticks that these people agreed to, by version: what they saw, not what is published now (C5)."""
    versions = {head.notice_version_id for head in heads} if known.timed else set()
    if not versions:
        return {}
    rows = NoticePurpose.objects.filter(version__in=versions, purpose=known.purpose, channel=known.channel)
    return {row.version_id: row for row in rows}


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
