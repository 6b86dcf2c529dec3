"""Books: whose people they hold, and who may look in."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit import trail
from team import fields
from team.models import Book, Role, User


def open_book(*, owner: User, name: str, by: User | trail.System, at: datetime) -> Book:
    """Open a book for an advisor; their team's leads see it too (I5)."""
    with transaction.atomic():
        trail.record("user.changed", by=by, at=at, subject=owner.pk)
        book = Book.objects.create(name=name, owner=owner, team=owner.team)
        _settle(book)
    return book


def hand_over(*, book: Book, to: User, by: User, at: datetime) -> None:
    """Give a whole book to somebody else; the former owner sees it no more from the next request on."""
    with transaction.atomic():
        trail.record("user.changed", by=by, at=at, subject=to.pk)
        book.owner, book.team = to, to.team
        book.save(update_fields=["owner", "team"])
        _settle(book)


def settle(user: User) -> None:
    """Set the sight of every book this user's role, team or account touches; call it inside the deed.

    A lead who becomes an advisor loses the team's books, a new lead gains those opened before (I5).
    """
    for book in Book.objects.filter(Q(owner=user) | Q(team__isnull=False, team=user.team)):
        _settle(book)


def _settle(book: Book) -> None:
    fields.let_only(_who_sees(book), book)


def _who_sees(book: Book) -> list[User]:
    leads = User.objects.filter(role=Role.LEAD, team=book.team, is_active=True) if book.team_id else User.objects.none()
    owner = book.owner if book.owner and book.owner.role in (Role.ADVISOR, Role.LEAD) else None
    return [*([owner] if owner else []), *leads]
