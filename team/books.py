"""Books: whose people they hold, and who may look in."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from team import fields
from team.models import Book, Role, User

REASONS = ("leaving", "absence", "team", "request")


class BookRefused(Exception):
    """A book that is not handed over; the code names why: reason, not_yours, receiver."""


def open_book(*, owner: User, name: str, by: User | trail.System, at: datetime) -> Book:
    """Open a book for an advisor; their team's leads see it too (I5)."""
    with transaction.atomic():
        trail.record("user.changed", by=by, at=at, subject=owner.pk)
        book = Book.objects.create(name=name, owner=owner, team=owner.team)
        _settle(book)
    return book


def hand_over(*, book: Book, to: User, by: User, at: datetime, reason: str = "request", fresh: bool = False) -> None:
    """Give a whole book to somebody else; the former owner sees it no more from the next request on.

    Nothing of the people moves: their indexes hang on the book, so the new owner finds them as the
    former one did. `reason` is one of REASONS; `fresh` opens an empty book for a former owner who
    stays. Raises BookRefused. Serves I5, I11.
    """
    with transaction.atomic():
        book = Book.objects.select_for_update(of=("self",)).select_related("owner").get(pk=book.pk)
        former = book.owner
        _check(book, to, by=by, reason=reason)
        trail.record("book.handed", by=by, at=at, subject=to.pk, reason=f"handover_{reason}")
        if former is not None:
            trail.record("user.changed", by=by, at=at, subject=former.pk, reason=f"handover_{reason}")
        book.owner, book.team = to, to.team
        book.save(update_fields=["owner", "team"])
        _settle(book)
        if fresh and former is not None and former.is_active and not former.books.filter(closed_at__isnull=True).exists():
            open_book(owner=former, name=former.display_name, by=by, at=at)


def _check(book: Book, to: User, *, by: User, reason: str) -> None:
    if reason not in REASONS:
        raise BookRefused("reason")
    if not within_reach(by).filter(pk=book.pk).exists():
        raise BookRefused("not_yours")
    if to.pk == book.owner_id or not receivers(by).filter(pk=to.pk).exists():
        raise BookRefused("receiver")


def within_reach(user: User) -> QuerySet[Book]:
    """The books this user may hand over: all for an admin, the own team's for a lead."""
    rows = Book.objects.filter(closed_at__isnull=True).select_related("owner", "team").order_by("name")
    if user.role == Role.ADMIN:
        return rows
    return rows.filter(team=user.team_id) if user.role == Role.LEAD and user.team_id else rows.none()


def receivers(user: User) -> QuerySet[User]:
    """Who may be given a book by this user: active advisors and leads, of the own team when a lead gives."""
    rows = User.objects.filter(is_active=True, role__in=(Role.ADVISOR, Role.LEAD)).order_by("display_name")
    return rows.filter(team=user.team_id) if user.role == Role.LEAD else rows


def settle(user: User) -> None:
    """Set the sight of every book this user's role, team or account touches; call it inside the deed.

    A lead who becomes an advisor loses the team's books, a new lead gains those opened before (I5).
    """
    _settle(*Book.objects.filter(Q(owner=user) | Q(team__isnull=False, team=user.team)).select_related("owner"))


def _settle(*books: Book) -> None:
    """Owner and leads see each of these books, and nobody else."""
    leads = list(User.objects.filter(role=Role.LEAD, is_active=True, team__in={book.team_id for book in books if book.team_id}))
    if books:
        fields.let_only({book: [*_owner(book), *(lead for lead in leads if lead.team_id == book.team_id)] for book in books})


def _owner(book: Book) -> list[User]:
    return [book.owner] if book.owner and book.owner.role in (Role.ADVISOR, Role.LEAD) else []
