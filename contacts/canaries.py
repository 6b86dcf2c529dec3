"""Numbers that nobody may ever call: planted by compliance, like anybody on every page, loud when somebody touches them (I12).

A canary is a made-up person with a number of the office's own, waiting for a confirmation that never comes: the gate opens
nothing, and the sweep takes it within a week like whoever does not confirm. No deed and no page looks whether somebody is a
canary. That one was touched is found in the trail afterwards, so at no door does a byte, a query or a moment differ.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import ids, trail
from audit.models import Entry
from audit.trail import System
from consent import ledger
from consent.ledger import Ask
from consent.models import Handle, Purpose, SmsMessage
from contacts.intake import arriving
from contacts.intake.arriving import Draft
from contacts.models import Canary, Event
from team.models import User
from vault import index, names
from vault.phone import Number

BY = System("canary")
# What an honest colleague has no reason to do with somebody who never confirmed; to look at them, or to invite them, is none.
TOUCHES: dict[str, Promise] = {
    "phone.reveal": _("wanted to see the number"),
    "phone.call": _("wanted to call"),
    "evidence.added": _("added evidence of a consent that nobody gave"),
    "age.declared": _("noted an age"),
    "call.outcome": _("noted what came of a call"),
    "person.signin": _("entered the person's own page"),
    "person.copy": _("took a copy of the person's data"),
    "sms.sent": _("typed the number in at a public door"),
}
ASKED_BY_ITSELF = ("own_page", "otp")  # messages that somebody outside caused


class CanaryRefused(Exception):
    """No canary is planted; `code` names why: known (somebody bears this number), tick (the event asks for no call)."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Touch:
    """One time that somebody touched a canary: when, what, and who by the id that the trail has."""

    canary: UUID
    at_us: int
    act: str
    actor: UUID | None
    entry: UUID | None


def plant(*, event: Event, name: str, number: Number, by: User, at: datetime) -> UUID:
    """Plant a made-up person under a number of the office's own; returns their subject. `at` is aware, UTC.

    Its basis is a request to confirm that is never answered, like that of whoever fills in a form and types no code (A1).
    Raises CanaryRefused, vault.names.TextRefused.
    """
    draft = Draft(name=names.clean_name(name), numbers=(number,))
    ticks = [row.tick for row in event.ticks.select_related("tick").order_by("tick__order") if row.tick.channel == "call"]
    if not ticks:
        raise CanaryRefused("tick")
    with transaction.atomic():
        # One canary after the other, whichever book it is for, and after whoever arrives in this book meanwhile.
        arriving.lock(event.book_id)
        Purpose.objects.select_for_update(no_key=True).get(pk=ticks[0].purpose_id)
        if Handle.objects.filter(fingerprint=index.fingerprint(number.digits), subject__erased_at__isnull=True).exists():
            raise CanaryRefused("known")
        arriving.make_keys([draft], event=event, at=at)
        trail.record("canary.planted", by=by, at=at, subject=draft.subject)
        arriving.open_subjects([draft], by=BY, at=at, reason="visitor")
        heads = ledger.request([Ask(draft.subject, ticks[0], "visitor")], language=draft.language, by=BY, at=at, new=True)
        arriving.save([draft], {draft.subject: heads[0]}, event=event, source="visitor", by=BY, at=at)
        Canary.objects.create(subject_id=draft.subject, planted_by=by, planted_at=at)
    return draft.subject


def touches(canaries: Collection[UUID]) -> dict[UUID, list[Touch]]:
    """Every touch of these canaries, newest first, through whichever record of their numbers; four queries."""
    found: defaultdict[UUID, list[Touch]] = defaultdict(list)
    borne = _records(canaries)
    rows = Entry.objects.filter(subject__in=borne, act__in=set(TOUCHES) - {"sms.sent"})
    for subject, at_us, act, actor, eid in rows.values_list("subject", "at_us", "act", "actor", "eid"):
        if subject is not None:
            found[borne[subject]].append(Touch(borne[subject], at_us, act, actor, eid))
    sent = SmsMessage.objects.filter(subject__in=borne, template__in=ASKED_BY_ITSELF)
    for subject, moment in sent.values_list("subject", "sent_at"):
        found[borne[subject]].append(Touch(borne[subject], ids.microseconds(moment), "sms.sent", None, None))
    return {subject: sorted(all_, key=lambda touch: touch.at_us, reverse=True) for subject, all_ in found.items()}


def _records(canaries: Collection[UUID]) -> dict[UUID, UUID]:
    """Whoever bears the number of one of these canaries, in any book, and whose: a number typed at another event's door too."""
    marks = {bytes(mark): pk for pk, mark in Handle.objects.filter(subject__in=canaries).values_list("subject", "fingerprint")}
    rows = Handle.objects.filter(fingerprint__in=list(marks)).values_list("subject", "fingerprint")
    return {subject: marks[bytes(mark)] for subject, mark in rows} | {pk: pk for pk in canaries}


def unseen() -> list[Touch]:
    """Touches that nobody of compliance has looked at, for their first page."""
    seen = dict(Canary.objects.values_list("pk", "seen_us"))
    if not seen:
        return []
    return [touch for all_ in touches(list(seen)).values() for touch in all_ if touch.at_us > seen[touch.canary]]


def tell(*, at: datetime) -> int:
    """Put every new touch on record as an alarm of its own; returns how many canaries cried. Safe to repeat."""
    cried = 0
    for subject, all_ in touches(list(Canary.objects.values_list("pk", flat=True))).items():
        with transaction.atomic():  # of two workers at one moment the second finds that it was told
            since = Canary.objects.select_for_update(of=("self",)).get(pk=subject).told_us
            fresh = [touch for touch in all_ if touch.at_us > since]
            if not fresh:
                continue
            trail.record("canary.touched", by=BY, at=at, subject=subject, numbers=[len(fresh)], prev=fresh[0].entry)
            Canary.objects.filter(pk=subject).update(told_us=fresh[0].at_us)
        cried += 1
    return cried


def look(*, subject: UUID, by: User, at: datetime) -> None:
    """Somebody of compliance has looked at what touched this canary up to `at` (aware, UTC)."""
    with transaction.atomic():
        trail.record("canary.seen", by=by, at=at, subject=subject)
        Canary.objects.filter(pk=subject).update(seen_us=ids.microseconds(at))
