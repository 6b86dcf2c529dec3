"""Books: whose people they hold, and who may look in."""

from datetime import datetime

from django.db import transaction

from audit import trail
from team import fields
from team.models import Book, Role, User


def open_book(*, owner: User, name: str, by: User | trail.System, at: datetime) -> Book:
    """Open a book for an advisor; their team's leads see it too (I5)."""
    with transaction.atomic():
        trail.record("user.changed", by=by, at=at, subject=owner.pk)
        book = Book.objects.create(name=name, owner=owner, team=owner.team)
        for user in _who_sees(book):
            fields.let_see(book, user)
    return book


def hand_over(*, book: Book, to: User, by: User, at: datetime) -> None:
    """Give a whole book to somebody else; the former owner sees it no more from the next request on."""
    with transaction.atomic():
        trail.record("user.changed", by=by, at=at, subject=to.pk)
        if book.owner is not None:
            fields.stop_seeing(book, book.owner)
        book.owner, book.team = to, to.team
        book.save(update_fields=["owner", "team"])
        for user in _who_sees(book):
            fields.let_see(book, user)


def _who_sees(book: Book) -> list[User]:
    leads = (
        User.objects.filter(role=Role.LEAD, team=book.team, is_active=True)
        if book.team_id
        else User.objects.none()
    )
    return [*([book.owner] if book.owner else []), *leads]
