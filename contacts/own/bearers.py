"""Who bears a number now: everybody in any book whose record it opens (A5, K6).

A record with several numbers is opened by those that were confirmed, or, where none was, by the first: a second number
that somebody typed in may be a colleague's or a company's. One that was found to be somebody else's opens nothing.
"""

from uuid import UUID

from consent.models import Handle
from contacts.models import Contact, Phone
from vault import index, opening


def of(fingerprint: bytes) -> dict[UUID, Phone]:
    """The people here with this number, oldest first, each with the row of it; four queries at most.

    A number that was marked as wrong shows nothing of that person to whoever holds it now.
    """
    subjects = Handle.objects.filter(fingerprint=fingerprint, subject__erased_at__isnull=True).values("subject")
    rows = Phone.objects.filter(contact__in=list(subjects.values_list("subject", flat=True)))
    phones = list(rows.select_related("contact").order_by("contact__created_at", "position"))
    keys = _opening(phones)
    found: dict[UUID, Phone] = {}
    for row, opened in zip(phones, opening.open_many([row.number for row in phones]), strict=True):
        if row.pk in keys and opened.error is None and index.fingerprint(str(opened.value)) == fingerprint:
            found.setdefault(row.contact_id, row)
    return found


def contacts_of(fingerprint: bytes) -> list[Contact]:
    """The same people's records, oldest first."""
    return list(Contact.objects.filter(pk__in=of(fingerprint)).select_related("event", "book").order_by("created_at"))


def digits_of(phone: Phone) -> str:
    """The number, for a message to the person themself; in memory only."""
    return str(opening.open_one(phone.number))


def _opening(phones: list[Phone]) -> set[UUID]:
    """Of these numbers, in the order they were given, those that open their record; a wrong one lends its place to none."""
    confirmed = {row.contact_id for row in phones if row.confirmed_at is not None}
    first = {row.contact_id: row.pk for row in reversed(phones)}
    right = [row for row in phones if row.wrong_at is None]
    return {row.pk for row in right if row.confirmed_at or (row.pk in first.values() and row.contact_id not in confirmed)}
