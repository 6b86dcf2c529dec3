"""Whether a contract with a person runs, and whom the office serves under it after a no to all else (A8, D6)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from consent import declaring, services, suppression
from consent.models.notice import Basis
from contacts import keeps
from contacts.models import Contact
from contacts.nights import OFFICE

(PURPOSE,) = services.SERVICES[services.CONTRACT].necessary_purposes


def runs(contact: Contact, *, at: datetime) -> bool:
    """Whether a contract with this person runs on the office's day of `at`: what servicing stands on (A9, PIPL 13.1.2)."""
    today, since, until = at.astimezone(OFFICE).date(), contact.client_since, contact.client_until
    return since is not None and since <= today and (until is None or today <= until)


def served(contacts: Iterable[Contact], *, at: datetime) -> set[UUID]:
    """Whose contract runs, and was declared as a basis by the very notice they had agreed to; nobody who refused a number.

    No query where nobody is a client; three otherwise. `at` is aware, UTC. Serves A8, D6.
    """
    running = [contact.pk for contact in contacts if runs(contact, at=at)]
    if not running:
        return set()
    told = declaring.declared_to(running, PURPOSE, Basis.CONTRACT)
    return told - suppression.subjects_suppressed(told)


def ends(contact: Contact) -> datetime:
    """The midnight after the contract's last day; without one it lasts."""
    return keeps.after_day(contact.client_until) if contact.client_until else keeps.LASTING
