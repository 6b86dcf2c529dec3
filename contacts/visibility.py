"""Which people a user may see at all: the one queryset every page, search and count starts from."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from contacts.models import Contact, Phone
from team import fields
from team.models import User

UNION_LIMIT = 60


IN_USE = Q(narrowed_at__isnull=True)  # who is kept for a statute alone is nobody's to work with (PIPL 47; J2, D7)


def visible(user: User) -> QuerySet[Contact]:
    """Everybody in the books this user may see: own, the team's for a lead, all for compliance (I5).

    Who is only stored any more is shown to those alone who see all books.
    """
    if fields.sees_all_books(user):
        return Contact.objects.all()
    return Contact.objects.filter(IN_USE, book_id__in=fields.books_of(user))


def one(user: User, pk: UUID) -> Contact:
    """One visible person; anybody else's does not exist (Http404), so existence does not leak."""
    rows = Contact.objects.select_related("event", "book", "book__owner", "created_by").filter(pk=pk)
    if not fields.sees_all_books(user):
        rows = rows.filter(IN_USE, book__in=fields.shelf(user))
    contact = rows.first()
    if contact is None:
        raise Http404
    return contact


def phone(user: User, contact: UUID, pk: UUID) -> Phone:
    """One number of a visible person, with the person, in one query (Http404 as for `one`)."""
    rows = Phone.objects.select_related("contact__event", "contact__book__owner").filter(pk=pk, contact_id=contact)
    if not fields.sees_all_books(user):
        rows = rows.filter(contact__narrowed_at__isnull=True, contact__book__in=fields.shelf(user))
    row = rows.first()
    if row is None:
        raise Http404
    return row


def newest(user: User, *, where: Q, before: tuple[datetime, UUID] | None, limit: int) -> list[Contact]:
    """One keyset page, newest first: at most `limit` people before the given place.

    With several books on PostgreSQL the newest of each book are merged, so that books holding only
    old people do not force a scan; with one book, or on SQLite, the index does it alone.
    """
    if before is not None:
        at, pk = before
        where &= Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk)
    return list(_page(user, where, limit))


def _page(user: User, where: Q, limit: int) -> QuerySet[Contact]:
    if fields.sees_all_books(user):
        return _ordered(Contact.objects.filter(where))[:limit]
    books, where = fields.books_of(user), where & IN_USE
    if connection.vendor != "postgresql" or not 1 < len(books) <= UNION_LIMIT:
        return _ordered(Contact.objects.filter(where, book_id__in=books))[:limit]
    pages = [_ordered(Contact.objects.filter(where, book_id=book))[:limit] for book in books]
    return _ordered(pages[0].union(*pages[1:], all=True))[:limit]


def _ordered(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    return rows.order_by("-created_at", "-subject_id")
