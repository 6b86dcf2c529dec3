"""Asking somebody once, by text message, whether we may call (C8): all that grade D opens."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from audit import trail
from consent import gate, last_words, sms
from consent.gate import Usage
from consent.models import Decision
from consent.requests import asking
from consent.sms_texts import CAME
from contacts import passed_on, writing
from contacts.models import Contact
from contacts.usage import only_stored
from team import fields
from team.fields import Level
from team.models import User
from vault import opening

AGAIN = timedelta(days=180)  # until a number that was silent may be asked through another record


class InviteRefused(Exception):
    """No invitation goes out; `reason` is the gate's code as staff may hear it."""

    def __init__(self, reason: str) -> None:
        """Keep the code."""
        super().__init__(reason)
        self.reason = reason


def invited(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people have been asked already, whether or not a message could go out.

    A refusal that staff do not hear of counts where they heard that the invitation is on its way, and nowhere else (rule 6).
    """
    asked = Decision.objects.filter(Q(allowed=True) | Q(reason="suppressed"), subject_id__in=list(subject_ids), action="invite")
    return {decision.subject_id for decision in asked if decision.allowed or gate.tell(decision).allowed}


def usage(subject_ids: Iterable[UUID], *, stored: Collection[UUID]) -> dict[UUID, Usage]:
    """What the gate counts for an invitation: one is enough, however long ago; `stored` are only stored (contacts.usage)."""
    ids = list(subject_ids)
    done = invited(ids)
    shut = {*stored, *asking.restricted(ids)}  # who asked that nothing be used is not asked anything either
    return {pk: Usage(attempts_month=int(pk in done), storage_only=pk in shut) for pk in ids}


def invite(*, contact: Contact, link: str, by: User, at: datetime) -> None:
    """Send the one invitation; decision and entry are committed before the number is opened. Raises InviteRefused.

    To somebody whose number stands on the list of refusals nothing is sent, and the answer is the same
    as for anybody else: the refusal is on record for compliance only (rule 6, bad input 39). So it is for whoever said no
    to calls or to text messages alone, or wished to decide later, through any book,
    and whoever was asked through another one within 180 days (C8, C11). It goes to a mobile, as it was typed: of several to
    the one they confirmed last, else to the first; a landline reads no message.
    """
    phone = writing.mobile_of(contact.pk)
    if phone is None:
        raise InviteRefused("no_number")
    may = fields.levels_of(by, at=at)[f"contacts.{phone.kind}"] >= Level.CALL
    decision = _decide(contact, may=may, by=by, at=at)
    if not decision.allowed:
        told = gate.tell(decision)
        if not told.allowed:
            raise InviteRefused(told.reason)
        return
    silent = last_words.closed(contact.pk, [last_words.CALLS], later=True) or last_words.invited(contact.pk, since=at - AGAIN)
    if silent or asking.restricted_anywhere([contact.pk]):
        return  # as with a refusal of everything: nothing is sent, and the answer is the same
    words = {"source": _came(contact), "link": link}
    digits = str(opening.open_one(phone.number))
    sms.deliver(subject=contact.pk, digits=digits, template="invite", words=words, language=contact.language, at=at)


def _came(contact: Contact) -> str:
    """Where their number came from, in their language."""
    partner = passed_on.by_whom([contact]).get(contact.pk)
    with translation.override(contact.language):
        if partner is not None:
            return str(CAME["partner"]) % {"partner": partner.name}
        return str(CAME["event"]) % {"event": contact.event.name}


def _decide(contact: Contact, *, may: bool, by: User, at: datetime) -> Decision:
    """Decision and entry, durably; the lock makes a second click count the first (C8)."""
    with transaction.atomic(durable=True):
        held = gate.hold(contact.pk, "invite")
        counts = usage([contact.pk], stored=only_stored([contact.pk], at=at))[contact.pk]
        decision = gate.ask(by=by, subject=contact.pk, action="invite", usage=counts, in_book=True, may=may, at=at, held=held)
        if not decision.allowed:
            trail.record(
                "gate.denied",
                by=by,
                at=at,
                subject=contact.pk,
                outcome="denied",
                reason=decision.reason,
                decision=decision.pk,
            )
    return decision
