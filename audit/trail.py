"""Writes entries into the trail, in the same transaction as the act they speak of.

Write the entry first: the guards of the tables above (audit.guard) refuse a change that has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID, uuid5

from django.db import connection, transaction

from audit import ids, trace, verbs
from audit.leaf import Leaf, LeafRefused, encode, leaf_hash

__all__ = [
    "Actor",
    "EntryDraft",
    "LeafRefused",
    "Self_",
    "System",
    "TrailOutsideTransaction",
    "record",
    "record_alone",
    "record_many",
    "user_pk",
]

_SYSTEM_NAMESPACE = UUID("5d4b1a1e-6f0a-5c39-9c7e-2f6f5b0c8a11")
_ROWS_PER_INSERT = 1000
_COLUMNS = "leaf, leaf_hash, eid, at_us, act, outcome, reason, actor, subject"
_ARRAYS = "%s::bytea[], %s::bytea[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[]"


class TrailOutsideTransaction(RuntimeError):
    """An entry was about to be written outside any transaction, where nothing would bind it to its act."""


class Person(Protocol):
    """Anybody with a uuid for a primary key; in practice a team.User."""

    @property
    def pk(self) -> Any:
        """Their identity."""


@dataclass(frozen=True)
class Self_:
    """The person themself acts: a visitor at a form, somebody on their own page."""

    subject: UUID


@dataclass(frozen=True)
class System:
    """A job of the house acts, named by a short lower-case word: System("sweep")."""

    job: str


Actor = Person | Self_ | System


@dataclass(frozen=True)
class EntryDraft:
    """One entry before it is written: what was done, by whom, when, to whom, and why.

    `act`, `reason` and `fields` are declared codes (audit.verbs); `at` is aware, UTC; `subject` the
    uuid of the person (or of the user, event, import … the verb is about); `outcome` "ok", "denied"
    or "error"; `basis` "", "consent:<uuid>", "hold:<uuid>" or "policy:<n>"; `decision` and `rule`
    what the gate answered and by which rules; `numbers` plain counts; `prev` an earlier entry.
    """

    act: str
    by: Actor
    at: datetime
    subject: UUID | None = None
    outcome: str = "ok"
    fields: Sequence[str] = ()
    basis: str = ""
    reason: str = ""
    purpose: str | None = None
    channel: str | None = None
    decision: UUID | None = None
    rule: str | None = None
    numbers: Sequence[int] = ()
    prev: UUID | None = None


def record(
    act: str,
    *,
    by: Actor,
    at: datetime,
    subject: UUID | None = None,
    outcome: str = "ok",
    fields: Sequence[str] = (),
    basis: str = "",
    reason: str = "",
    purpose: str | None = None,
    channel: str | None = None,
    decision: UUID | None = None,
    rule: str | None = None,
    numbers: Sequence[int] = (),
    prev: UUID | None = None,
) -> UUID:
    """Write one entry in the running transaction and return its id; arguments as in EntryDraft.

    One INSERT, no signal, nothing after commit. Raises TrailOutsideTransaction outside `atomic()`
    and LeafRefused for a word nobody declared or a value that is not one of the few allowed shapes.
    """
    draft = EntryDraft(act, by, at, subject, outcome, fields, basis, reason, purpose, channel, decision, rule, numbers, prev)
    return record_many([draft])[0]


def record_many(drafts: Sequence[EntryDraft]) -> list[UUID]:
    """Write many entries in the running transaction, a thousand per INSERT; returns their ids in order.

    Raises as `record` does; then none is written.
    """
    if not connection.in_atomic_block:
        raise TrailOutsideTransaction("entries are written inside a transaction")
    native = connection.features.has_native_uuid_field
    rows = [_row(draft, native) for draft in drafts]
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        _insert(rows[start : start + _ROWS_PER_INSERT])
    return [row.eid for row in rows]


def record_alone(act: str, *, by: Actor, at: datetime, **rest: Any) -> UUID:
    """Write one entry in a durable transaction of its own; for refusals and failures.

    Takes what `record` takes. Call it after the refused act has been rolled back: inside an outer
    transaction it raises RuntimeError, since that one could take the entry back.
    """
    with transaction.atomic(durable=True):
        return record(act, by=by, at=at, **rest)


def user_pk(by: Actor) -> UUID | None:
    """The key of the acting user, or None when the person themself or a job acts."""
    return None if isinstance(by, Self_ | System) else _uuid(by.pk, "actor")


@dataclass(frozen=True)
class _Row:
    eid: UUID
    values: tuple[bytes | str | int | UUID | None, ...]


def _row(draft: EntryDraft, native: bool) -> _Row:
    """The row of one entry; uuids as Django stores them, so that guards can compare them with the tables above."""
    content = _content(draft)
    leaf = encode(content)
    eid, actor, subject = content.eid, actor_id(draft.by), draft.subject
    values = (
        leaf,
        leaf_hash(leaf),
        eid if native else eid.hex,
        content.at_us,
        content.act,
        content.outcome,
        content.reason,
        actor if native else actor.hex,
        subject if native or subject is None else subject.hex,
    )
    return _Row(eid, values)


def _content(draft: EntryDraft) -> Leaf:
    try:
        about = verbs.verb(draft.act).about
        at_us = ids.microseconds(draft.at)
        eid = ids.uuid7_of(at_us)
    except verbs.UnknownWord:
        raise LeafRefused("act") from None
    except (AttributeError, TypeError, ValueError):
        raise LeafRefused("t") from None
    return Leaf(
        eid=eid,
        at_us=at_us,
        act=_plain(draft.act, "act"),
        actor=_actor(draft.by),
        subject=f"{about}:{_uuid(draft.subject, 'subj')}" if draft.subject is not None else "",
        outcome=_plain(draft.outcome, "out"),
        fields=tuple(_plain(name, "fields") for name in draft.fields),
        basis=_plain(draft.basis, "basis"),
        reason=_plain(draft.reason, "reason"),
        request=trace.current(),
        purpose=_plain(draft.purpose or "", "purp"),
        channel=_plain(draft.channel or "", "chan"),
        decision=draft.decision,
        rule=_plain(draft.rule or "", "rule"),
        numbers=tuple(_count(number) for number in draft.numbers),
        previous=draft.prev,
    )


def _actor(by: Actor) -> str:
    if isinstance(by, System):
        return f"sys:{by.job}"
    if isinstance(by, Self_):
        return f"s:{_uuid(by.subject, 'actor')}"
    return f"u:{_uuid(getattr(by, 'pk', None), 'actor')}"


def actor_id(by: Actor) -> UUID:
    """The uuid under which an actor is found again; a job has one made from its name."""
    if isinstance(by, System):
        return _job_id(by.job)
    return _uuid(by.subject if isinstance(by, Self_) else by.pk, "actor")


@lru_cache(maxsize=64)
def _job_id(job: str) -> UUID:
    return uuid5(_SYSTEM_NAMESPACE, job)


def _plain(value: object, key: str) -> str:
    """The bare string of a code, whether it came as text or as a member of TextChoices."""
    if not isinstance(value, str):
        raise LeafRefused(key)
    return str.__str__(value)


def _count(value: object) -> int:
    """The bare number of a count or of a level (IntEnum); truth is not a number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise LeafRefused("n")
    return int(value)


def _uuid(value: object, key: str) -> UUID:
    if type(value) is not UUID:
        raise LeafRefused(key)
    return value


def _insert(rows: Sequence[_Row]) -> None:
    """One statement; on PostgreSQL one that is the same however many rows there are, a column in an array."""
    into = f"INSERT INTO audit_entry ({_COLUMNS})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > 1:
            columns = zip(*(row.values for row in rows), strict=True)
            cursor.execute(f"{into} SELECT * FROM UNNEST({_ARRAYS})", list(map(list, columns)))
            return
        one = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        cursor.execute(f"{into} VALUES {', '.join([one] * len(rows))}", [value for row in rows for value in row.values])
