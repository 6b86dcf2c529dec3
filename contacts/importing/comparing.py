"""Compares numbers with the own book and with the do-not-contact list; nobody else's book has a say (C4, D8)."""

from collections.abc import Hashable, Mapping
from typing import TypeVar
from uuid import UUID

from consent import suppression
from contacts.models import Contact
from contacts.sheets.verdict import keys
from vault import index
from vault.phone import Number

Row = TypeVar("Row", bound=Hashable)


def against(book: UUID, people: Mapping[Row, tuple[Number, ...]]) -> dict[Row, tuple[str, str]]:
    """Status and reason of those who cannot be taken: known in this book, or suppressed anywhere.

    A suppressed one is held as any row without proof is. Four queries for five hundred people.
    """
    known = index.rows_by_exact_many([key for numbers in people.values() for key in keys(numbers)])
    owners = {owner for hits in known.values() for owner, _row in hits}
    own = set(Contact.objects.filter(pk__in=owners, book=book).values_list("pk", flat=True))
    marks = {row: {index.fingerprint(n.digits) for n in numbers} for row, numbers in people.items()}
    closed = suppression.standing(mark for many in marks.values() for mark in many)
    found: dict[Row, tuple[str, str]] = {}
    for row, numbers in people.items():
        if any(owner in own for key in keys(numbers) for owner, _row in known.get(key, [])):
            found[row] = ("refused", "duplicate")
        elif closed & marks[row]:
            found[row] = ("held", "proof")
    return found
