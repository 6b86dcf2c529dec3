"""Takes in what a person asks: sealed words, a deadline in working days, and what must happen at once (K1, K3)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef

from audit import trail
from audit.trail import Actor
from consent import ledger, rules, working_days
from consent.gate import OFFICE
from consent.models import Consent, Handle, RightsRequest
from vault import names, sealing

WORKING_DAYS = 15  # to answer within (App 违法违规收集使用个人信息行为认定方法; the law itself says "in time")
LONGEST = 1000  # characters of one request
MOST_OPEN = 20  # of one person at a time; beyond it somebody is playing


class RequestRefused(Exception):
    """A request that is not taken or not decided; `code` names why: kind, words, many, decided, ground."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def ask(*, subject: UUID, kind: str, words: str, road: str, by: Actor, at: datetime, pk: UUID | None = None) -> RightsRequest:
    """Take one request in, due within 15 working days of the office's date `at` (aware, UTC); serves K1, K3.

    A restriction rests every standing consent at once: until it is decided, and after a yes, nothing is used. Raises
    RequestRefused for an unknown kind or road or too many open requests, vault.names.TextRefused for words that are none.
    """
    if kind not in RightsRequest.Kind.values or road not in RightsRequest.Road.values:
        raise RequestRefused("kind")
    told = names.clean_note(words, LONGEST)
    deadline = working_days.after(at.astimezone(OFFICE).date(), WORKING_DAYS)
    with transaction.atomic():
        urgent = kind in (RightsRequest.Kind.DELETION, RightsRequest.Kind.RESTRICTION)  # what stops something is never too many
        if not urgent and RightsRequest.objects.filter(subject_id=subject, state="open").count() >= MOST_OPEN:
            raise RequestRefused("many")
        trail.record("person.request", by=by, at=at, subject=subject, reason=kind)
        row = RightsRequest(id=pk or uuid4(), subject_id=subject, kind=kind, road=road, received_at=at)
        row.due_on, row.due_known, row.taken_by_id = deadline.on, deadline.known, trail.user_pk(by)
        if told:
            row.words = sealing.seal_text(told, field_id="consent.request.words", row=row.pk, owner=subject)
        row.save(force_insert=True)
        if kind == RightsRequest.Kind.RESTRICTION:
            rest(subject, by=by, at=at)
    return row


def rest(subject: UUID, *, by: Actor, at: datetime) -> None:
    """Every standing consent of this person rests (given → suspended, law.md §3), inside the caller's transaction."""
    heads = Consent.objects.select_for_update().filter(subject_id=subject, state__in=rules.LIVE)
    ledger.close(heads, "suspended", method="request", reason="restriction", by=by, at=at)


def restricted(subjects: Iterable[UUID]) -> set[UUID]:
    """Who asked that nothing be used, and was not refused (PIPL 44; K1). A yes of their own since then stands by itself."""
    asked = RightsRequest.objects.filter(subject__in=list(subjects), kind=RightsRequest.Kind.RESTRICTION)
    return set(asked.exclude(state="refused").values_list("subject", flat=True))


def restricted_anywhere(subjects: Iterable[UUID]) -> set[UUID]:
    """Who of these bears a number whose bearer asked so, in any book.

    For deeds that keep something in without saying so, and for compliance; whoever asks for another's record learns nothing.
    """
    asked = RightsRequest.objects.filter(kind=RightsRequest.Kind.RESTRICTION).exclude(state="refused").values("subject")
    twins = Handle.objects.filter(fingerprint=OuterRef("fingerprint"), subject__in=asked)
    return set(Handle.objects.filter(Exists(twins), subject__in=list(subjects)).values_list("subject", flat=True))
