"""What goes on although a person took their yes back: purposes on another basis, each with why (D6, PIPL 47)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent import register, rules, services
from consent.models import Consent
from contacts import contracts, keeps, retention
from contacts.models import Contact


@dataclass(frozen=True)
class Continuing:
    """One purpose that stands on no consent: its name, its basis, the rule that keeps, and until when (None: it lasts)."""

    purpose: str
    basis: str
    rule: str
    until: datetime | None


def of(contacts: Sequence[Contact], *, at: datetime) -> dict[UUID, list[Continuing]]:
    """What continues for each of these people, for them to read; no query where nobody is a client. `at` is aware, UTC."""
    served = contracts.served(contacts, at=at)
    profile = retention.profile() if any(contact.client_since for contact in contacts) else ""
    found: dict[UUID, list[Continuing]] = {contact.pk: [] for contact in contacts}
    for contact in contacts:
        if contact.pk in served:
            found[contact.pk].append(_told(contracts.PURPOSE, "contract", contracts.ends(contact)))
        kept = keeps.until(profile, client_since=contact.client_since, client_until=contact.client_until)
        if kept is not None and kept.on > at:
            found[contact.pk].append(_told("statutory_record", kept.rule, kept.on))
    return found


def left(contact: Contact, *, at: datetime) -> list[str]:
    """The services that this person still gets, by name: what they agreed to and did not stop, and their contract (A8).

    `at` is aware, UTC; read after a withdrawal, by the table of services alone.
    """
    rows = Consent.objects.filter(subject_id=contact.pk, state__in=rules.LIVE)
    stand = set(rows.values_list("purpose_id", flat=True))
    stand |= {contracts.PURPOSE} if contact.pk in contracts.served([contact], at=at) else set()
    return [services.name(code) for code in services.had_with(stand)]


def _told(purpose: str, rule: str, until: datetime) -> Continuing:
    basis = register.basis_name(register.BY_CODE[purpose]["bases"][0])
    return Continuing(register.purpose_name(purpose), basis, rule, None if until == keeps.LASTING else until)
