"""A link to pass on: who is on file invites without telling us anybody, and never learns what became of it (C9).

The link leads to the form of an event. Whoever opens it types their own number and their own code. Nothing is counted,
and nothing the referrer sees depends on whether somebody came (design, rule 6).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit import trail
from audit.trail import Actor, Self_
from consent import rules
from consent.models import Consent
from consent.models.subject import MINORS
from contacts import events, hold
from contacts.masking import Wish, show
from contacts.models import Contact, Event, Referral, Submission
from team.fields import Level
from vault.among import among

LIFE = timedelta(days=30)
LENGTH = 14  # letters of a code: about 59 bits, so nobody finds one by trying


class ReferralRefused(Exception):
    """No link is made; the code names why: no_consent, no_event."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Brought:
    """By which link somebody came; `surname` is empty unless the referrer agreed to be named."""

    referral: Referral
    surname: str


def make(*, contact: Contact, by: Actor, at: datetime) -> Referral:
    """A link for this person to pass on, good for 30 days from `at` (aware, UTC); the one that stands, if one does (C9).

    Only for whoever agreed themself and still does. Raises ReferralRefused without such a yes, or where no event is open.
    """
    with transaction.atomic():
        Contact.objects.select_for_update().only("pk").get(pk=contact.pk)
        if not _agreed(at).filter(subject=contact.pk).exists() or contact.subject.age in MINORS:
            raise ReferralRefused("no_consent")
        if (known := of([contact.pk], at=at)) is not None:
            return known
        event = _event_for(contact)
        if event is None:
            raise ReferralRefused("no_event")
        trail.record("referral.made", by=by, at=at, subject=contact.pk)
        Referral.objects.filter(referrer=contact.pk, ended_at__isnull=True).update(ended_at=at)  # one that ran out
        return Referral.objects.create(
            code="".join(secrets.choice(events.ALPHABET) for _n in range(LENGTH)),
            referrer_id=contact.pk,
            event=event,
            made_by_id=trail.user_pk(by),
            created_at=at,
            ends_at=at + LIFE,
        )


def _event_for(contact: Contact) -> Event | None:
    """Where this person was met, while it takes people; else the newest event that fills the same book."""
    rows = Event.objects.filter(closed_at__isnull=True)
    return rows.filter(pk=contact.event_id).first() or rows.filter(book=contact.book_id).order_by("-held_on", "pk").first()


def _agreed(at: datetime) -> QuerySet[Consent]:
    return Consent.objects.filter(state__in=rules.LIVE, valid_until__gt=at)


def _open(at: datetime) -> QuerySet[Referral]:
    """Links that lead somewhere: neither ended nor run out, of somebody who has not said stop to everything."""
    stands = Exists(_agreed(at).filter(subject=OuterRef("referrer")))
    return Referral.objects.filter(stands, ended_at__isnull=True, ends_at__gt=at).select_related("event")


def of(subjects: Collection[UUID], *, at: datetime) -> Referral | None:
    """The link of this person that stands, whichever of their records it is of."""
    return _open(at).filter(referrer__in=subjects).order_by("created_at").first()


def find(code: str, *, at: datetime) -> Referral | None:
    """The link of this code while it stands: unknown, ended, run out and of somebody who left are the same."""
    return _open(at).select_related("event__notice_version__notice", "event__book").filter(code=code).first()


def end(referral: Referral, *, by: Actor, at: datetime) -> None:
    """From now on the link leads nowhere; who came by it stays who they are."""
    _change(referral, "referral.ended", by=by, at=at, ended_at=at)


def name(referral: Referral, agreed: bool, *, by: Self_, at: datetime) -> None:
    """The referrer alone says whether whoever opens the link reads their surname; nobody does by default (C9, C14)."""
    _change(referral, "referral.named" if agreed else "referral.unnamed", by=by, at=at, named_at=at if agreed else None)


def _change(referral: Referral, verb: str, *, by: Actor, at: datetime, **values: datetime | None) -> None:
    with transaction.atomic():
        rows = Referral.objects.select_for_update().filter(pk=referral.pk, ended_at__isnull=True)
        if rows.exists():
            trail.record(verb, by=by, at=at, subject=referral.referrer_id)
            rows.update(**values)


def book_of(referral: Referral) -> UUID:
    """Where who comes by this link goes: to the referrer's colleague, if they work at the event, else the event's own."""
    book = Contact.objects.filter(pk=referral.referrer_id).values_list("book", flat=True).first()
    return events.book_of_link(referral.event, str(book))


def surname(referral: Referral) -> str:
    """What whoever opens the link reads of the referrer: the surname, if they agreed to it, else nothing."""
    return _surnames([referral])[referral.pk]


def _surnames(referrals: Collection[Referral]) -> dict[UUID, str]:
    named = {row.referrer_id for row in referrals if row.named_at is not None}
    people = list(Contact.objects.filter(pk__in=named)) if named else []
    shown = show([Wish(one.name, Level.MASKED) for one in people])
    names = {one.pk: text for one, text in zip(people, shown, strict=True)}
    return {row.pk: names.get(row.referrer_id, "") if row.named_at else "" for row in referrals}


def brought(subjects: Collection[UUID]) -> dict[UUID, Brought]:
    """By which link each of these people came, the newest of each; nothing of one whose referrer has left."""
    rows = Submission.objects.filter(subject__in=subjects, referral__isnull=False).select_related("referral")
    links = {row.subject_id: row.referral for row in rows.order_by("created_at") if row.referral is not None}
    surnames = _surnames(links.values())
    return {pk: Brought(link, surnames[link.pk]) for pk, link in links.items()}


def forget(subjects: Collection[UUID]) -> None:
    """Their links go, and that anybody came by them, inside the caller's transaction and after its entries (J1, C9).

    Who came keeps that it was a referral. A hold on the referrer keeps the link, which leads nowhere by then (J2).
    """
    leaving = set(subjects) - hold.held(subjects)
    links = list(Referral.objects.select_for_update().filter(referrer_id__in=among(leaving)).values_list("pk", flat=True))
    Submission.objects.filter(referral__in=links).update(referral=None)
    Referral.objects.filter(pk__in=links).delete()
