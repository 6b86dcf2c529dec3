"""The first rows as they are shown for confirming columns and encoding: words whole, numbers covered."""

import re
import unicodedata

LONG = re.compile(r"(?:\d[\s\-.()+]*){7,}")
DAY = re.compile(r"\s*\d{4}([-/.])\d{1,2}\1\d{1,2}.*|\s*(19|20)\d{6}\s*")


def cover(cell: str) -> str:
    """A cell with the middle of every long number covered: three digits in front and two at the end stay."""
    text = unicodedata.normalize("NFKC", cell) if any(char.isdigit() and not char.isascii() for char in cell) else cell
    return text if DAY.fullmatch(text) else LONG.sub(_covered, text)


def _covered(found: "re.Match[str]") -> str:
    digits, place, shown = sum(map(str.isdigit, found[0])), 0, []
    for char in found[0]:
        place += char.isdigit()
        shown.append("•" if char.isdigit() and 3 < place <= digits - 2 else char)
    return "".join(shown)
