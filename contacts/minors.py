"""People under age: noted as told, a child without a guardian leaves, and a list that is never read without a reason (C12)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import EntryDraft
from consent import ages, guardians, ledger, states
from consent.models import Consent, Subject
from consent.models.subject import MINORS, Age
from contacts import minors_looks, retention, visibility
from contacts.cards import Card
from contacts.cards import of as cards_of
from contacts.minors_looks import LookRefused
from contacts.models import Contact
from team.models import Role, User

MOST = 500


def declare(*, contact: Contact, age: str, by: User, at: datetime) -> bool:
    """Note how old this person says they are (`at` aware, UTC); returns whether they may stay.

    A child for whom no guardian's yes stands is not kept: every consent is declared invalid at once, and who has no other
    basis leaves with the next sweep (PIPL 31, 47). Raises consent.ages.AgeRefused: unknown, looser. Serves C12.
    """
    with transaction.atomic():
        # Consents first, as whoever decides on one locks them.
        list(Consent.objects.select_for_update().filter(subject_id=contact.pk).order_by("pk"))
        try:
            ages.declare(subject=contact.pk, age=age, by=by, at=at)
        except ages.AgeRefused as refused:
            if refused.code != "guardian":
                raise
            _let_go(contact, by=by, at=at)
            return False
        retention.refresh([contact.pk], at=at)
    return True


def said_so(*, contact: Contact, age: str, by: User, at: datetime) -> bool:
    """A person was asked whether they are of age before they agreed to anything, and said no; returns whether they may stay.

    As `declare`, but who is noted as younger already stays so: an answer on a form makes nobody older. `at` is aware, UTC.
    """
    try:
        return declare(contact=contact, age=age, by=by, at=at)
    except ages.AgeRefused:
        return contact.delete_on > at


def accept(*, contact: Contact, relation: str, name: str, paper: UUID, until: date, by: User, at: datetime) -> None:
    """Keep a guardian's yes (see consent.guardians.accept) and move the child's last day with it; raises as that does."""
    with transaction.atomic():
        guardians.accept(subject=contact.pk, relation=relation, name=name, paper=paper, until=until, by=by, at=at)
        retention.refresh([contact.pk], at=at)


def _let_go(contact: Contact, *, by: User, at: datetime) -> None:
    """Until they are gone, and under a hold for longer, they are at least under 18 to the gate: no row may say child."""
    if Subject.objects.filter(pk=contact.pk).exclude(age=Age.CHILD).exists():  # a child whose guardian's time is over stays one
        ages.declare(subject=contact.pk, age=Age.YOUTH, by=by, at=at)
    trail.record("contact.changed", by=by, at=at, subject=contact.pk, reason="minor")
    heads = Consent.objects.select_for_update().filter(subject_id=contact.pk).exclude(state__in=states.CLOSED).order_by("pk")
    ledger.close(heads, "invalidated", method="age", reason="minor", by=by, at=at)
    retention.refresh([contact.pk], at=at)


def listed(*, by: User, at: datetime) -> list[tuple[Card, Subject]]:
    """Everybody known to be under age, newest first, 500 at most: for whom a second person let look, for an hour.

    An entry for each reading and one for each person read, before anybody is shown (`at` aware, UTC). Raises
    minors_looks.LookRefused: role, closed. Serves C12.
    """
    if by.role != Role.COMPLIANCE:
        raise LookRefused("role")
    look = minors_looks.standing(by=by, at=at)
    if look is None:
        raise LookRefused("closed")
    reason = look.reason
    rows = visibility.visible(by, at=at).filter(subject__age__in=MINORS).select_related("event", "book__owner", "subject")
    people = list(rows.order_by("-created_at", "-subject_id")[:MOST])
    told = [EntryDraft("minors.listed", by=by, at=at, reason=reason, subject=contact.pk) for contact in people]
    with transaction.atomic(durable=True):
        trail.record("minors.listed", by=by, at=at, reason=reason, numbers=[len(people)])
        trail.record_many(told)
    return list(zip(cards_of(people, by=by, at=at), [contact.subject for contact in people], strict=True))
