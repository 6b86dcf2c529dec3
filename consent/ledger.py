"""The ledger: every step of a consent as an event, the head as the fold of its events."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from audit import trail
from audit.trail import Actor, EntryDraft
from consent import chain, erasure_ledger, rules, states
from consent.chain import NewEvent
from consent.models import Consent, ConsentEvent, Evidence, NoticePurpose
from consent.models.ledger import State
from vault.among import among

BATCH = 500
ENDED = ("state", "grade", "changed_at")  # what a step that closes may change
# The languages in which words are shown, as BCP 47 writes them, by each name under which a page or a form knows them (B12).
TAGS = {"": "", "zh": "zh-Hans", "zh-hans": "zh-Hans", "en": "en"}
# What a step may change.
FOLDED = ("state", "grade", "changed_at", "given_at", "valid_until", "notice_version_id", "source", "form")


@dataclass(frozen=True)
class Step:
    """One step for one head: what becomes of it, by which act, with which proof."""

    consent: Consent
    after: str
    method: str
    grade: str
    evidence: Evidence | None = None
    reason: str = ""
    language: str = ""
    valid_until: datetime | None = None
    given_at: datetime | None = None  # where it is not the moment of this step
    form: str | None = None  # of a yes: by which act it came (C2, C4)


@dataclass(frozen=True)
class Ask:
    """One head to be opened or found: a subject and a tick of a notice."""

    subject: UUID
    tick: NoticePurpose
    source: str


def heads(asks: Sequence[Ask], *, at: datetime, new: bool = False) -> list[Consent]:
    """The heads for these asks, found or made (not saved), in order; one query, none for people who are `new`."""
    subjects = set() if new else {ask.subject for ask in asks}
    found = {
        (head.subject_id, head.purpose_id, head.channel): head
        for head in Consent.objects.select_for_update().filter(subject_id__in=subjects)
    }
    return [found.get((a.subject, a.tick.purpose_id, a.tick.channel)) or _fresh(a, at) for a in asks]


def _fresh(ask: Ask, at: datetime) -> Consent:
    return Consent(
        id=uuid4(),
        subject_id=ask.subject,
        purpose_id=ask.tick.purpose_id,
        channel=ask.tick.channel,
        state="",
        notice_version_id=ask.tick.version_id,
        source=ask.source,
        changed_at=at,
    )


def apply(steps: Sequence[Step], *, by: Actor, at: datetime, acted_at: datetime | None = None) -> None:
    """Take these steps in the caller's transaction: entries first, then events and heads (C1, D5).

    Raises states.TransitionRefused when the table knows no such step; nothing is written then.
    `at` is the moment it is written (UTC), by the server's clock; `acted_at` that of the act, where it was earlier.
    """
    for step in steps:
        states.check(step.consent.state, step.after, own_act=isinstance(by, trail.Self_))
    trail.record_many([_entry(step, by, at) for step in steps])
    _take(steps, by=by, at=at, acted=acted_at or at)


def _take(steps: Sequence[Step], *, by: Actor, at: datetime, acted: datetime) -> None:
    """Events and heads of steps that the table knows and the trail has been told of."""
    last = chain.newest([step.consent.pk for step in steps if not step.consent._state.adding])
    fresh = [step.consent for step in steps if step.consent._state.adding]
    known = [step for step in steps if not step.consent._state.adding]
    events = [_event(step, last.get(step.consent.pk), by, at, acted) for step in steps]
    for step in steps:
        _fold(step, acted)
    Consent.objects.bulk_create(fresh, batch_size=BATCH)
    _keep(known)
    chain.write(events)


def _keep(known: list[Step]) -> None:
    """Save what the steps changed: heads that become alike in one statement, since a batch takes the same step.

    A step that closes changes neither the words agreed to nor the days, which differ from person to person.
    """
    alike: defaultdict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for step in known:
        columns = ENDED if step.after in states.CLOSED else FOLDED
        alike[tuple((column, getattr(step.consent, column)) for column in columns)].append(step.consent.pk)
    for values, ids in alike.items():
        for start in range(0, len(ids), BATCH):
            Consent.objects.filter(pk__in=among(ids[start : start + BATCH])).update(**dict(values))


def _entry(step: Step, by: Actor, at: datetime) -> EntryDraft:
    head = step.consent
    return EntryDraft(
        f"consent.{step.after}" if step.after != State.RENEWED else "consent.given",
        by=by,
        at=at,
        subject=head.subject_id,
        basis=f"consent:{head.pk}",
        reason=step.reason,
        purpose=head.purpose_id,
        channel=head.channel,
    )


def _event(step: Step, last: tuple[int, str] | None, by: Actor, at: datetime, acted: datetime) -> NewEvent:
    number, previous = last or (0, "")
    head = step.consent
    event = NewEvent(
        id=uuid4(),
        consent_id=head.pk,
        number=number + 1,
        before=head.state,
        after=step.after,
        actor=_actor(by),
        recorded_by_id=trail.user_pk(by),
        method=step.method,
        grade=step.grade,
        notice_version_id=head.notice_version_id,
        language=TAGS[step.language.lower()],  # words in any other language were shown to nobody
        evidence_id=step.evidence.pk if step.evidence else None,
        reason=step.reason,
        event_time=acted,
        recorded_at=at,
        rule_version=rules.VERSION,
        form=step.form,
        previous_hash=previous,
    )
    event.event_hash = chain.event_hash(event)
    return event


def _actor(by: Actor) -> str:
    if isinstance(by, trail.Self_):
        return ConsentEvent.Actor.SUBJECT
    return ConsentEvent.Actor.SYSTEM if isinstance(by, trail.System) else ConsentEvent.Actor.STAFF


def _fold(step: Step, at: datetime) -> None:
    """What the head becomes by this event."""
    head = step.consent
    if not (step.after == State.REQUESTED and head.state in states.ASKED):  # who waits already waits since then
        head.changed_at = at
    head.state, head.grade = step.after, step.grade
    if step.after in rules.LIVE:
        head.given_at, head.valid_until, head.form = step.given_at or at, step.valid_until, step.form


def request(asks: Sequence[Ask], *, language: str, by: Actor, at: datetime, new: bool = False) -> list[Consent]:
    """Note that these people were asked (§3: – → requested).

    A consent that stands, rests or was replaced stays as it is, and so does a no: whoever typed the number has not
    shown yet that it is theirs, so everything keeps its state and its day of leaving until they have. Of whoever waits
    already the day counts from the first question: asked again and again, nobody stays longer (J3).
    """
    found = heads(asks, at=at, new=new)
    open_ = [(a, h) for a, h in zip(asks, found, strict=True) if h.state in states.ASKABLE]
    _adopt([a for a, _h in open_], [h for _a, h in open_])
    steps = [Step(head, "requested", "form", head.grade, language=language) for _a, head in open_]
    apply(steps, by=by, at=at)
    return found


def assert_given(
    asks: Sequence[Ask],
    *,
    proofs: dict[UUID, Evidence],
    method: str,
    by: Actor,
    at: datetime,
    language: str = "",
    acted_at: datetime | None = None,
) -> list[Consent]:
    """Note what staff say the people agreed to: grade D, opens nothing but an invitation (C6).

    Where anything is known already it stays as it is, its day of leaving included. `acted_at` is when it is said to have
    been, where that was earlier than `at` (both aware, UTC); `language` that of the words shown.
    """
    found = heads(asks, at=at)
    steps = [
        Step(h, "asserted", method, "D", evidence=proofs.get(h.subject_id), language=language) for h in found if not h.state
    ]
    apply(steps, by=by, at=at, acted_at=acted_at)
    return found


def give(
    asks: Sequence[Ask],
    *,
    evidence: dict[UUID, Evidence],
    grade: str,
    method: str,
    language: str,
    by: Actor,
    at: datetime,
    form: str = "general",
) -> list[Consent]:
    """The people's own act: given until the end the notice promised (C1, C5, C15).

    `form` is what the act was, by the road it came: a tick among others, a step of its own, or a signature that was
    looked at; what the purpose asks for, the gate compares (C2, C4).
    After a no, or a decision put off, their own act asks anew and gives in one breath. Raises states.Overtaken when a no
    is newer than this yes, or as old: the more restrictive stands (law.md §3, concurrency).
    """
    found = heads(asks, at=at)
    if any(head.state in states.NOES and head.changed_at >= at for head in found):
        raise states.Overtaken("a later no")
    for ask, head in zip(asks, found, strict=True):  # whatever stood before: these are the words they agree to now
        head.notice_version_id, head.source = ask.tick.version_id, ask.source
    anew = [head for head in found if head.state in states.ANEW]
    apply([Step(head, "requested", method, head.grade, language=language) for head in anew], by=by, at=at)
    steps = [
        Step(
            head,
            "renewed" if head.state in rules.LIVE else "given",
            method,
            grade,
            evidence=evidence.get(head.subject_id),
            language=language,
            valid_until=at + timedelta(days=ask.tick.valid_days),
            form=form,
        )
        for ask, head in zip(asks, found, strict=True)
    ]
    apply([s for s in steps if s.consent.state], by=by, at=at)
    return found


def _adopt(asks: Sequence[Ask], found: Sequence[Consent]) -> None:
    for ask, head in zip(asks, found, strict=True):
        if head.state not in rules.LIVE:
            head.notice_version_id, head.source = ask.tick.version_id, ask.source


def close(
    heads_: Iterable[Consent], after: str, *, method: str, reason: str, by: Actor, at: datetime, proof: Evidence | None = None
) -> list[Consent]:
    """Withdraw, refuse or expire these heads where the table allows it; returns those that moved.

    `proof` is what proves the act, where it is kept: a no needs none (D1).
    """
    moved = [head for head in heads_ if after in states.TABLE.get(head.state, frozenset())]
    apply([Step(head, after, method, head.grade, proof, reason) for head in moved], by=by, at=at)
    if after in states.UNLAWFUL and method != "replay":  # what was found unlawful stays so after a restore
        about = ({"subject": str(h.subject_id), "purpose": h.purpose_id, "channel": h.channel, "state": after} for h in moved)
        erasure_ledger.try_to_write("closed", about, at=at)
    return moved


def resume(heads_: Iterable[Consent], *, by: Actor, at: datetime) -> None:
    """Consents that rested stand again, with the day they were given and the end they had (suspended → given)."""
    steps = []
    for head in heads_:
        kept: dict[str, Any] = {"valid_until": head.valid_until, "given_at": head.given_at, "form": head.form}
        steps.append(Step(head, "given", "request", head.grade, **kept))
    apply(steps, by=by, at=at)


def expire_due(*, by: Actor, at: datetime, limit: int) -> list[UUID]:
    """Expire consents whose time is over, at most `limit`; returns the subjects concerned (§3, C15)."""
    due = Consent.objects.select_for_update().filter(state__in=states.ENDING, valid_until__lte=at)
    rows = list(due.order_by("valid_until")[:limit])
    close(rows, "expired", method="clock", reason="expired", by=by, at=at)
    return list({row.subject_id for row in rows})


def tombstone(subject_ids: Sequence[UUID], *, by: Actor, at: datetime) -> None:
    """Reduce every consent of these subjects to ids, hashes and dates (§3: any → tombstone).

    Each has its event. The trail has one entry for a person who leaves, that of the erasure, which the caller writes first:
    the guard of the heads refuses the step without it.
    """
    rows = Consent.objects.select_for_update().filter(subject_id__in=among(subject_ids)).exclude(state="tombstone")
    rows = rows.only(*ENDED, "notice_version_id")
    _take([Step(head, "tombstone", "sweep", head.grade) for head in rows], by=by, at=at, acted=at)
