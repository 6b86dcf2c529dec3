"""Takes receipts in: what a trusted key signed is kept as proof, and a no in it is heard; nothing is ever opened (N1).

A receipt names nobody and holds no number, so it leads to a person only by the id under which they are here already; whoever
is not here stays an id in a table of proofs, until they confirm their own number by the roads there are.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Actor
from consent import erasure_ledger, ledger, states
from consent.ledger import Ask
from consent.models import Consent, KeptReceipt
from consent.models.ledger import State
from consent.receipts import arriving, iso27560
from consent.receipts.arriving import Told, Verdict
from consent.receipts.record import Receipt
from contacts import retention
from contacts.models import Event

METHOD = "receipt"


def take(files: Iterable[tuple[str, bytes]], *, event: Event, by: Actor, at: datetime, dry: bool = False) -> list[Verdict]:
    """Judge each file, and take in what is ready unless `dry`; one verdict a file, in order. `at` is aware, UTC.

    Each file is a transaction of its own: killed anywhere, the same import again ends it, and twice is once.
    """
    keys, seen, verdicts = arriving.trusted(), set[str](), []
    for name, shown in files:
        with transaction.atomic():
            verdict = arriving.judge(name, shown, keys=keys, at=at)
            if verdict.receipt is not None:
                mark = arriving.digest(verdict.receipt)
                verdict = replace(verdict, code="twice", told=()) if mark in seen else verdict
                seen.add(mark)
            if not dry and verdict.receipt is not None and verdict.code in ("kept", "heard"):
                _keep(verdict.receipt, verdict, event=event, by=by, at=at)
        verdicts.append(replace(verdict, told=()))
    return verdicts


def counted(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many were read, and what became of them: read = ready + held + refused."""
    words = Counter(verdict.word for verdict in verdicts)
    return {"read": words.total(), "ready": words["ready"], "held": words["held"], "refused": words["refused"]}


def _keep(receipt: Receipt, verdict: Verdict, *, event: Event, by: Actor, at: datetime) -> None:
    """The entry first, then the proof, then what is to be heard, all or nothing."""
    subject = UUID(receipt.principal)
    trail.record("receipt.taken", by=by, at=at, subject=subject, numbers=[len(verdict.told)])
    KeptReceipt.objects.create(
        digest=arriving.digest(receipt),
        principal=subject,
        body=iso27560.write(receipt),
        signed_by=verdict.key,
        event_code=event.code,
        taken_at=at,
        taken_by_id=trail.user_pk(by),
    )
    if verdict.told:
        trail.record("contact.changed", by=by, at=at, subject=subject, reason="withdrawn")
        for told in verdict.told:
            _hear(subject, told, by=by, at=at)
        retention.refresh([subject], at=at)


def _hear(subject: UUID, told: Told, *, by: Actor, at: datetime) -> None:
    """One no: the consent here closes; where there was none it is opened as asked for, and closed, so that nobody asks."""
    if told.tick is not None:
        ledger.request([Ask(subject, told.tick, METHOD)], language="", by=by, at=at)
    rows = Consent.objects.select_for_update().filter(subject=subject, purpose=told.purpose, channel=told.channel)
    reason = "restriction" if told.after == State.SUSPENDED else told.after
    moved = ledger.close(rows, told.after, method=METHOD, reason=reason, by=by, at=at)
    closed = [row for row in moved if row.state in states.NOES]
    about = ({"subject": str(subject), "purpose": r.purpose_id, "channel": r.channel, "state": r.state} for r in closed)
    erasure_ledger.try_to_write("closed", about, at=at)
