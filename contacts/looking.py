"""To look at people is an act: whatever page shows somebody, masked or not, leaves one entry first (I9, audit.md §5.4)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from audit import trail
from contacts import cards
from contacts.cards import Card
from contacts.models import Contact, SheetImport
from team.models import User


def at_one(contact: Contact, *, by: User, at: datetime) -> Card:
    """One person as this reader may see them, for a page about them; on record before anything is opened (`at` aware, UTC)."""
    opened(contact.pk, by=by, at=at)
    return cards.of([contact], by=by, at=at)[0]


def at_many(people: Sequence[Contact], *, by: User, at: datetime) -> list[Card]:
    """Several people on one page; on record with how many, unless there are none."""
    listed(len(people), by=by, at=at)
    return cards.of(people, by=by, at=at)


def opened(subject: UUID, *, by: User, at: datetime) -> None:
    """Put on record that this reader was shown this person."""
    trail.record_alone("contact.opened", by=by, at=at, subject=subject)


def listed(count: int, *, by: User, at: datetime) -> None:
    """Put on record that this reader was shown so many people at once."""
    if count:
        trail.record_alone("contact.listed", by=by, at=at, numbers=[count])


def at_sheet(sheet: SheetImport, *, by: User, at: datetime) -> None:
    """Put on record that this reader was shown rows of a sheet that nobody has agreed to anything in yet (E1)."""
    trail.record_alone("import.read", by=by, at=at, subject=sheet.pk)


def at_request(subject: UUID, *, by: User, at: datetime) -> None:
    """Put on record that this reader was shown what a person, or a stranger, wrote to us."""
    trail.record_alone("request.read", by=by, at=at, subject=subject)
