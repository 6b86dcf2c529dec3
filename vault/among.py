"""Many ids as one argument: a batch of five hundred people is asked for dozens of times, and each list is dear to spell out."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Expression, UUIDField

FEW = 20  # so many are spelled out: the planner knows them one by one


def among(ids: Iterable[UUID]) -> "frozenset[UUID] | Among":
    """These ids as the right side of `in`, by whichever way is cheaper."""
    distinct = frozenset(ids)
    return distinct if len(distinct) <= FEW else Among(distinct)


class Among(Expression):
    """The right side of `in` for ids: `filter(subject_id__in=Among(ids))`.

    One parameter however many ids there are, so the statement stays short, the same statement serves every batch, and
    SQLite's limit of parameters is never met. Take a plain list where there are only a few.
    """

    conditional = False

    def __init__(self, ids: Iterable[UUID]) -> None:
        """Keep the ids."""
        super().__init__(output_field=UUIDField())
        self.ids = frozenset(ids)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str]]:
        """As rows of a text that SQLite takes apart; ids as Django stores them there."""
        return "(SELECT value FROM json_each(%s))", (json.dumps([pk.hex for pk in self.ids]),)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str]]:
        """As rows of an array."""
        return "(SELECT unnest(%s::uuid[]))", (_spelled(self.ids),)


@lru_cache(maxsize=4)
def _spelled(ids: frozenset[UUID]) -> str:
    """As PostgreSQL reads an array; a batch asks for the same people dozens of times, one question after the other."""
    return "{" + ",".join(map(str, ids)) + "}"
