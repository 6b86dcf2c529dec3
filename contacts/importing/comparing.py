"""Compares numbers with the own books; nobody else's book and no refusal has a say (design, rule 6; ADR 7)."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from contacts.intake import arriving
from contacts.models import Contact
from contacts.sheets.verdict import keys
from team.models import Book
from vault import index
from vault.phone import Number

Row = TypeVar("Row", bound=Hashable)


def known(book: Book, people: Mapping[Row, tuple[Number, ...]]) -> set[Row]:
    """Those who are in this book, or in another of its owner, already. Three queries for five hundred people."""
    found = index.rows_by_exact_many([key for numbers in people.values() for key in keys(numbers)])
    owners = {owner for hits in found.values() for owner, _row in hits}
    own = set(Contact.objects.filter(pk__in=owners, book_id__in=arriving.shelves(book)).values_list("pk", flat=True))
    taken = {digits for digits, hits in found.items() if any(owner in own for owner, _row in hits)}
    return {row for row, numbers in people.items() if taken.intersection(keys(numbers))}
