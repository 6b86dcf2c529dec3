"""People who put their decision off: how long they wait, and the one message on the day they chose (C11; law.md §3)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import System
from consent import deferring, last_words, rules
from consent.gate import OFFICE
from consent.models import Consent, Deferral
from contacts import reminding, retention, writing

CHOICES = (1, 3, 7)  # days after which somebody may wish to be asked once more
TEMPLATE = "later"
BATCH = 200


def moment(days: int | None, *, at: datetime) -> datetime | None:
    """When somebody who chose these days is asked again; None for never."""
    return at + timedelta(days=days) if days in CHOICES else None


def choices() -> list[int]:
    """The days on offer: only such as are over before the person leaves."""
    return [days for days in CHOICES if days < retention.table()["deferred"]]


def work(*, at: datetime) -> int:
    """Ask again whoever wished it by now, by day, at most a batch; returns how many messages went out (`at` aware, UTC).

    It is marked before the message goes: a crash in between asks nobody twice, and somebody perhaps not at all.
    """
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    done, after = 0, UUID(int=0)
    while done < BATCH and (people := list(deferring.due(at).filter(pk__gt=after).values_list("pk", flat=True)[:BATCH])):
        shut, after = writing.closed(people, at=at), people[-1]
        done += sum(_ask(subject, at) for subject in people if subject not in shut)
    return done


def _said_no_since(subject: UUID) -> bool:
    """A no through any book ends the wish; one from before it the wish overtook (C11)."""
    chosen = Deferral.objects.values_list("chosen_at", flat=True).get(pk=subject)
    waits = Consent.objects.filter(subject=subject, state="deferred").values_list("purpose", "channel")
    return last_words.closed(subject, list(waits), since=chosen)


def _ask(subject: UUID, at: datetime) -> bool:
    phone = writing.mobile_of(subject)
    if phone is None or phone.confirmed_at is None:  # only the number that wished it
        return False
    if _said_no_since(subject):
        return False
    with transaction.atomic():
        if not deferring.mark(subject, at=at):
            return False
        trail.record("contact.changed", by=System("later"), at=at, subject=subject, reason="deferred")
    return writing.write(phone, template=TEMPLATE, words={"link": reminding.address()}, at=at)
