"""Finds people by exact number, last four digits or name, only among those the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit import trail
from contacts import visibility
from contacts.models import Contact, Phone
from team import fields, throttle
from team.fields import Level
from team.models import Book, User
from vault import index, masks, names, opening, phone

LIMIT = 50
TRIES, SECONDS = 60, 3600
NOBODY = UUID(int=0)  # keeps a query a query when there is nothing to look for, so that its cost says nothing
KINDS = ("mobile", "landline")


@dataclass(frozen=True)
class Found:
    """What was searched for, in kind only, and who was found; "closed" is a number this reader may not search by."""

    kind: str
    people: list[Contact]
    more: bool


class SearchRefused(Exception):
    """Too many numbers were looked for; `wait` is the number of seconds until the next."""

    def __init__(self, wait: int) -> None:
        """Keep the waiting time."""
        super().__init__("too_many")
        self.wait = wait


def find(text: str, *, by: User, at: datetime) -> Found:
    """Search one box: an exact number, four digits, or a name; serves I6 (exact, capped, no wildcard).

    A value, or a part of one, that the reader may not see does not influence the answer: a whole
    number is looked for only where they may reveal it, four digits only where they are shown them,
    a name only where it is shown whole. Else ten thousand searches would spell out what a mask hides.
    Raises SearchRefused. Text that is neither finds nobody.
    """
    words = text.strip()
    levels = fields.levels_of(by, at=at)
    if _is_last4(words):
        kind, ids = "last4", _by_last4(words, by, levels)
    elif any(char.isdigit() for char in words):
        kind, ids = _by_number(words, by, levels, at=at)
    else:
        kind, ids = "name", _by_name(words, by) if levels["contacts.name"] >= Level.CALL else set()
    wanted = list(ids)[:500] or [NOBODY]
    rows = visibility.visible(by, at=at).filter(pk__in=wanted)
    people = list(rows.order_by("-created_at", "-subject_id")[: LIMIT + 1])
    return Found(kind, people[:LIMIT], len(people) > LIMIT)


def _is_last4(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()


def _kinds(levels: fields.Levels, least: Level) -> list[str]:
    return [kind for kind in KINDS if levels[f"contacts.{kind}"] >= least]


def _by_number(text: str, by: User, levels: fields.Levels, *, at: datetime) -> tuple[str, set[UUID]]:
    """Counted and on record before it is looked for: a guesser is slow and seen."""
    kinds, reading = _kinds(levels, Level.REVEAL), phone.read(text)
    if not kinds or reading.problem is not None:
        return "number" if kinds else "closed", set()
    tries = throttle.hit(f"number-search:{by.pk}", limit=TRIES, seconds=SECONDS, at=at)
    if not tries.allowed:
        raise SearchRefused(tries.retry_after)
    trail.record_alone("contact.searched", by=by, at=at, fields=[f"contacts.{kind}" for kind in kinds])
    rows = [row for number in reading.numbers for _owner, row in index.rows_by_exact(number.digits)]
    found = Phone.objects.filter(pk__in=rows or [NOBODY], kind__in=kinds)
    return "number", set(found.values_list("contact_id", flat=True))


def _by_last4(last4: str, by: User, levels: fields.Levels) -> set[UUID]:
    """Four-byte tags may collide, so every hit is opened in memory and counts only if its reader is shown these four."""
    kinds = _kinds(levels, Level.LAST4)
    rows = [row for _owner, row in index.rows_by_last4(_scopes(by), last4)] if kinds else []
    phones = list(Phone.objects.filter(pk__in=rows[:1000] or [NOBODY], kind__in=kinds))
    opened = opening.open_many([row.number for row in phones])
    pairs = [(row, str(result.value)) for row, result in zip(phones, opened, strict=True) if not result.error]
    return {row.contact_id for row, digits in pairs if _shown(digits, levels[f"contacts.{row.kind}"]).endswith(last4)}


def _shown(digits: str, level: Level) -> str:
    """The tail of a number as this level may see it: some masks, of numbers abroad, show fewer than four digits."""
    if level >= Level.REVEAL:
        return digits
    return masks.last4_mask(digits) if level is Level.LAST4 else masks.mask_number(digits)


def _by_name(text: str, by: User) -> set[UUID]:
    tokens = names.query_tokens(text)
    return set(index.owners_by_name(_scopes(by), tokens)) if tokens else set()


def _scopes(by: User) -> list[UUID]:
    if fields.sees_all_books(by):
        return list(Book.objects.values_list("pk", flat=True))
    return list(fields.books_of(by))
