"""What a row from a partner must show of itself: a consent of that person to be passed on to us. Knows no framework."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vault import names
from vault.phone import Number

SHORTEST = 4  # a number of a consent, as nobody writes "yes"
OWN = 8  # by so many last digits a telephone number is known inside a longer one
BLANK = str.maketrans("", "", "\u115f\u1160")  # letters that nobody sees; NFKC makes those of Hangul fillers these
# A no in the same breath as our name, between two stops; "may refuse at any time" stands in another.
NO = re.compile(r"不同意|不愿意|不接受|未同意|没有同意|拒绝|(donot|don't|didnot|didn't|not)(agree|consent)|refuse")
STOPS = re.compile(r"[,;.!?。、！？\n]")
ROLES = ("proof", "proof_words", "proof_way")


@dataclass(frozen=True)
class Upstream:
    """The agreement under which a list was passed on: why nothing of it counts today (`gap`, empty if it does), how the
    consents name us, since when there has been one, and which data it lists."""

    gap: str = ""
    names_us: str = ""
    since: date = date.min
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proof:
    """The consent that a row names: its number, its words, by which act it came."""

    number: str = ""
    words: str = ""
    way: str = ""


def read(cells: Mapping[str, str]) -> Proof:
    """What the row says of the consent. Raises names.TextRefused for a cell that cannot be stored."""
    told = [names.clean_line(cells.get(role, ""), 200) for role in ROLES]
    return Proof(*told)


def gap(proof: Proof, upstream: Upstream, *, day: date | None, numbers: tuple[Number, ...]) -> str:
    """Why this row is no proof of its own, as a reason; empty where it is.

    The consent has a number that is not the person's own, names us, and was given on a day under the agreement: who is to
    be told whom their data go to cannot have been told before there was anybody (PIPL 23).
    """
    if upstream.gap:
        return f"partner.{upstream.gap}"
    if not _is_number(proof.number, numbers):
        return "partner.proof"
    if not _agrees(plain(proof.words), plain(upstream.names_us)):
        return "partner.recipient"
    return "partner.day" if day is None or day < upstream.since else ""


def _agrees(words: str, us: str) -> bool:
    """Whether the words name us, and nowhere in the breath that does say no."""
    if us not in words:
        return False
    breaths = STOPS.split(words.replace(us, "\0"))  # a name may hold a stop
    return not any(NO.search(breath) for breath in breaths if "\0" in breath)


def mark(proof: Proof) -> str:
    """By which the same consent is known again, however it is written: its letters and digits, and nothing between them."""
    return _letters(proof.number)


def _is_number(text: str, numbers: tuple[Number, ...]) -> bool:
    """Whether it can be the number of a consent: not the person's own, with whatever was written before or after it."""
    whole = _letters(text)
    bare = "".join(char for char in whole if char.isdecimal())
    own = any(len(bare) >= 7 and (bare in number.digits or number.digits[-OWN:] in bare) for number in numbers)
    return len(whole) >= SHORTEST and bool(bare) and not own


def _letters(text: str) -> str:
    return "".join(char for char in plain(text) if char.isalnum())


def plain(text: str) -> str:
    """One width, one case, one kind of digits, nothing that nobody sees."""
    wide = unicodedata.normalize("NFKC", text).translate(BLANK).casefold()
    seen = (char for char in wide if not char.isspace() and unicodedata.category(char) not in ("Cf", "Mn"))
    return "".join(str(unicodedata.decimal(char, char)) for char in seen)
