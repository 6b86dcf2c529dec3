"""In whose book the people of a sheet land: where those noted by its uploader at that event go."""

from contacts import events
from contacts.importing import paid
from contacts.models import Event, SheetImport
from team.models import Book, User


def book(sheet: SheetImport) -> Book | None:
    """The uploader's own book, or the event's where that is hers: what she brings in she can see (C7)."""
    return events.book_for(sheet.uploaded_by, sheet.origin)


def hindrance(user: User, event: Event) -> str:
    """Why this user cannot bring people in at this event now: `event`, `no_book`, `case`, or nothing."""
    if paid.stands(user.pk):
        return "case"
    if not events.open_to(user).filter(pk=event.pk).exists():
        return "event"
    return "" if events.book_for(user, event) else "no_book"
