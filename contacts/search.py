"""Finds people by exact number, last four digits or name, only among those the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts import visibility
from contacts.models import Contact, Phone
from team import fields
from team.fields import Level
from team.models import Book, User
from vault import index, names, opening, phone

LIMIT = 50


@dataclass(frozen=True)
class Found:
    """What was searched for, in kind only, and who was found."""

    kind: str
    people: list[Contact]
    more: bool


def find(text: str, *, by: User, at: datetime) -> Found:
    """Search one box: an exact number, four digits, or a name; serves I6 (exact, capped, no wildcard).

    A value whose field is hidden from the reader does not influence the answer. Text that is
    neither finds nobody.
    """
    words = text.strip()
    levels = fields.levels_of(by, at=at)
    if _is_last4(words):
        kind, ids = "last4", _by_last4(words, by) if levels["contacts.mobile"] > Level.HIDDEN else set()
    elif any(char.isdigit() for char in words):
        kind, ids = "number", _by_number(words) if levels["contacts.mobile"] > Level.LAST4 else set()
    else:
        kind, ids = "name", _by_name(words, by) if levels["contacts.name"] >= Level.CALL else set()
    rows = visibility.visible(by).filter(pk__in=list(ids)[:500]).select_related("event", "book__owner")
    people = list(rows.order_by("-created_at", "-subject_id")[: LIMIT + 1])
    return Found(kind, people[:LIMIT], len(people) > LIMIT)


def _is_last4(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()


def _by_number(text: str) -> set[UUID]:
    reading = phone.read(text)
    if reading.problem is not None:
        return set()
    return {owner for number in reading.numbers for owner, _row in index.rows_by_exact(number.digits)}


def _by_last4(last4: str, by: User) -> set[UUID]:
    """Four-byte tags may collide, so every hit is opened in memory and compared before it counts."""
    rows = [row for _owner, row in index.rows_by_last4(_scopes(by), last4)]
    phones = list(Phone.objects.filter(pk__in=rows[:1000]))
    opened = opening.open_many([row.number for row in phones])
    pairs = zip(phones, opened, strict=True)
    return {row.contact_id for row, result in pairs if not result.error and str(result.value).endswith(last4)}


def _by_name(text: str, by: User) -> set[UUID]:
    tokens = names.query_tokens(text)
    return set(index.owners_by_name(_scopes(by), tokens)) if tokens else set()


def _scopes(by: User) -> list[UUID]:
    if fields.sees_all_books(by):
        return list(Book.objects.values_list("pk", flat=True))
    return list(fields.books_of(by))
