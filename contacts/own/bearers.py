"""Who bears a number now: everybody in any book whose record has it, unless it was found to be somebody else's (A5)."""

from uuid import UUID

from consent.models import Handle
from contacts.models import Contact, Phone
from vault import index, opening


def of(fingerprint: bytes) -> dict[UUID, Phone]:
    """The people here with this number, oldest first, each with the row of it; four queries at most.

    A number that was marked as wrong shows nothing of that person to whoever holds it now.
    """
    subjects = Handle.objects.filter(fingerprint=fingerprint, subject__erased_at__isnull=True).values("subject")
    rows = Phone.objects.filter(contact__in=list(subjects.values_list("subject", flat=True)), wrong_at__isnull=True)
    phones = list(rows.select_related("contact").order_by("contact__created_at", "position"))
    found: dict[UUID, Phone] = {}
    for row, opened in zip(phones, opening.open_many([row.number for row in phones]), strict=True):
        if opened.error is None and index.fingerprint(str(opened.value)) == fingerprint:
            found.setdefault(row.contact_id, row)
    return found


def contacts_of(fingerprint: bytes) -> list[Contact]:
    """The same people's records, oldest first."""
    return list(Contact.objects.filter(pk__in=of(fingerprint)).select_related("event", "book").order_by("created_at"))


def digits_of(phone: Phone) -> str:
    """The number, for a message to the person themself; in memory only."""
    return str(opening.open_one(phone.number))
