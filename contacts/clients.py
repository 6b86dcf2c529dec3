"""A person became a client, or stopped being one: what statutory keeps and the service of a contract stand on (law.md §4.2)."""

from datetime import date, datetime

from django.db import transaction

from audit import trail
from contacts import retention
from contacts.models import Contact
from contacts.nights import OFFICE
from team.models import User


class ClientRefused(Exception):
    """Dates that cannot be; the code names why."""


def mark(*, contact: Contact, since: date | None, until: date | None, by: User, at: datetime) -> Contact:
    """Say since when the person is a client and until when they were; both empty takes it back. Days of the office.

    Raises ClientRefused for days to come, or an end before its beginning. The end dates move in the same transaction.
    """
    today = at.astimezone(OFFICE).date()
    if any(day is not None and day > today for day in (since, until)) or (
        until is not None and (since is None or until < since)
    ):
        raise ClientRefused("days")
    with transaction.atomic():
        row = Contact.objects.select_for_update().get(pk=contact.pk)
        trail.record("contact.client", by=by, at=at, subject=row.pk)
        row.client_since, row.client_until = since, until
        row.save(update_fields=["client_since", "client_until"])
        retention.refresh([row.pk], at=at)
    return row
