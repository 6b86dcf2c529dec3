"""Recipients outside mainland China: what a notice says of each of them, and who they are (B8, C3)."""

from collections.abc import Iterator, Mapping
from typing import Any

# What a recipient's row may call the mainland; whatever else it names, Hong Kong, Macao and Taiwan included, lies outside.
INSIDE = frozenset({"", "cn", "china", "mainland china", "中国", "中国大陆", "中国内地", "中华人民共和国"})
HERE = ("contact",)  # what a recipient within the mainland is not listed without
TOLD = ("name", "contact", "purpose", "method", "categories", "rights")
MORE = ("country", "rights")  # what a row has only where it is of a recipient abroad; so an older notice keeps its hash
LANGUAGES = ("zh", "en")


def lies(row: Mapping[str, str]) -> bool:
    """Whether this row is of a recipient outside the mainland."""
    return row.get("country", "").strip().casefold() not in INSIDE


def gaps(content: Mapping[str, Any]) -> Iterator[str]:
    """What the rows of recipients lack, as language.share.part (B8).

    Abroad each says whom data go to, how to reach them, what for, how, which data, and how one's rights are had against
    them, and both languages say that they are abroad: rows of both lists stand in one order.
    """
    lists = {language: (content.get(language) or {}).get("share") or [] for language in LANGUAGES}
    for language, rows in lists.items():
        other = lists[LANGUAGES[1 - LANGUAGES.index(language)]]
        for place, row in enumerate(rows):
            yield from (f"{language}.share.{part}" for part in (TOLD if lies(row) else HERE) if not row.get(part, "").strip())
            if not lies(row) and place < len(other) and lies(other[place]):
                yield f"{language}.share.country"


def names(content: Mapping[str, Any]) -> set[str]:
    """Who of the listed recipients is abroad, by the name that a tick calls them by (C3)."""
    rows = [row for language in LANGUAGES for row in (content.get(language) or {}).get("share") or []]
    return {str(row.get("name")) for row in rows if lies(row)} - {"", "None"}
