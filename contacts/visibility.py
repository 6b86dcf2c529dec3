"""Which people a user may see at all: the one queryset every page, search and count starts from."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from contacts import keeping
from contacts.models import Contact, Phone
from team import fields
from team.models import User

UNION_LIMIT = 60


def in_use(at: datetime | None = None) -> Q:
    """The condition that somebody is not only stored at `at` (aware, UTC; None is now); see D7, J2.

    Only stored is whom a statute keeps beyond the promise, from that moment on and not from the sweep after it, and whom a
    legal hold keeps beyond their last day (PIPL 47; law.md §4.3).
    """
    at = at or timezone.now()
    promised = Q(narrow_on__gt=at) | Q(narrow_on__isnull=True, narrowed_at__isnull=True)
    return promised & (Q(delete_on__gt=at) | ~Q(keeping.held()))


def visible(user: User, *, at: datetime | None = None, stored: bool = False) -> QuerySet[Contact]:
    """Everybody in the books this user may see: own, the team's for a lead, all for compliance (I5).

    Who is only stored any more is there for nobody, on no page and in no count, but where `stored` says that the law needs
    them, and then for those alone who see all books and place holds (D7; docs/adr/0033).
    """
    everybody = fields.sees_all_books(user)
    rows = Contact.objects.all() if everybody else Contact.objects.filter(book_id__in=fields.books_of(user))
    return rows if everybody and stored else rows.filter(in_use(at))


def one(user: User, pk: UUID, *, stored: bool = False) -> Contact:
    """One visible person; anybody else's does not exist (Http404), so existence does not leak. `stored` as for `visible`."""
    rows = Contact.objects.select_related("event", "book", "book__owner", "created_by").filter(pk=pk)
    everybody = fields.sees_all_books(user)
    if not everybody:
        rows = rows.filter(book__in=fields.shelf(user))
    if not (everybody and stored):
        rows = rows.filter(in_use())
    contact = rows.first()
    if contact is None:
        raise Http404
    return contact


def phone(user: User, contact: UUID, pk: UUID) -> Phone:
    """One number of a visible person, with the person, in one query (Http404 as for `one`)."""
    rows = Phone.objects.select_related("contact__event", "contact__book__owner").filter(pk=pk, contact_id=contact)
    rows = rows.filter(contact__in=Contact.objects.filter(in_use(), pk=contact))
    if not fields.sees_all_books(user):
        rows = rows.filter(contact__book__in=fields.shelf(user))
    row = rows.first()
    if row is None:
        raise Http404
    return row


def newest(
    user: User, *, where: Q, before: tuple[datetime, UUID] | None, limit: int, at: datetime | None = None
) -> list[Contact]:
    """One keyset page, newest first: at most `limit` people before the given place.

    With several books on PostgreSQL the newest of each book are merged, so that books holding only
    old people do not force a scan; with one book, or on SQLite, the index does it alone.
    """
    if before is not None:
        moment, pk = before
        where &= Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk)
    return list(_page(user, where, limit, at))


def _page(user: User, where: Q, limit: int, at: datetime | None) -> QuerySet[Contact]:
    where &= in_use(at)
    if fields.sees_all_books(user):
        return _ordered(Contact.objects.filter(where))[:limit]
    books = fields.books_of(user)
    if connection.vendor != "postgresql" or not 1 < len(books) <= UNION_LIMIT:
        return _ordered(Contact.objects.filter(where, book_id__in=books))[:limit]
    pages = [_ordered(Contact.objects.filter(where, book_id=book))[:limit] for book in books]
    return _ordered(pages[0].union(*pages[1:], all=True))[:limit]


def _ordered(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    return rows.order_by("-created_at", "-subject_id")
