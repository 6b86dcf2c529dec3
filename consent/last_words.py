"""What a person said last about a purpose and channel, through whichever record of their numbers (C11, 条例 22(5)).

A no to everything is found by its number (consent.suppression). A no to one purpose is no reason to close the others, and
yet nobody asks for it again: not in another book, and not after the record it was said on has left.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from consent import rules, states
from consent.models import ConsentEvent, Handle, SmsMessage

Scope = tuple[str, str]
CALLS: Scope = ("phone_contact", "call")
TEXTS: Scope = ("sms_info", "sms")  # by which the office asks, whatever it asks for
LATER = "deferred"


class Word(NamedTuple):
    """One word and its moment."""

    at: datetime
    said: str


def of(subject: UUID) -> dict[Scope, Word]:
    """The last word about each purpose and channel of whoever bears a number of this subject; one query.

    A no counts whoever noted it, a yes or a “later” only as the person's own act; of two at one moment the no.
    """
    own = Q(actor=ConsentEvent.Actor.SUBJECT, after__in=[*rules.LIVE, LATER])
    acts = ConsentEvent.objects.filter(own | Q(after__in=states.NOES), consent__subject__in=_bearers(subject))
    words: dict[Scope, Word] = {}
    for purpose, channel, at, said in acts.values_list("consent__purpose", "consent__channel", "event_time", "after"):
        known, word = words.get((purpose, channel)), Word(at, said)
        if known is None or (at, said in states.NOES) > (known.at, known.said in states.NOES):
            words[purpose, channel] = word
    return words


def _bearers(subject: UUID) -> QuerySet[Any, Any]:
    """Whoever bears a number of this subject, in any book, here or gone."""
    marks = Handle.objects.filter(subject=subject).values("fingerprint")
    return Handle.objects.filter(fingerprint__in=marks).values("subject")


def invited(subject: UUID, *, since: datetime) -> bool:
    """Whether an invitation went to this number through another record since then (aware, UTC), with no act of theirs after
    it: silence is no reason to ask again (C8, C10)."""
    sent = SmsMessage.objects.filter(subject__in=_bearers(subject), template="invite", sent_at__gt=since)
    last = sent.exclude(subject=subject).order_by("-sent_at").values_list("sent_at", flat=True).first()
    if last is None:
        return False
    own = ConsentEvent.objects.filter(consent__subject__in=_bearers(subject), actor=ConsentEvent.Actor.SUBJECT)
    own = own.exclude(after="requested")  # a form without its code: whoever typed the number
    return not own.filter(recorded_at__gte=last).exists()


def closed(subject: UUID, about: Collection[Scope], *, since: datetime | None = None, later: bool = False) -> bool:
    """Whether nobody may ask this person about these: a no is their last word on one of them, or on text messages (C11).

    With `since` only what was said then or afterwards (aware, UTC); with `later` a decision they put off closes too.
    """
    shut = states.NOES | {LATER} if later else states.NOES
    words = of(subject)
    heard = [words[scope] for scope in {*about, TEXTS} if scope in words]
    return any(word.said in shut and (since is None or word.at >= since) for word in heard)
