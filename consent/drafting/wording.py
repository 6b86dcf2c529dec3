"""The words of a notice as a form holds them: plain lines with bars between, and back to what is stored."""

from collections.abc import Mapping
from typing import Any

from consent import abroad
from consent.declaring import OPTIONAL

LANGUAGES = ("zh", "en")
TEXTS = ("title", "jit", "short", "rights_how", "withdraw", "end_action")
CONTROLLER = ("name", "credit_code", "address", "contact")
# What a line of each list holds, in this order.
ROWS: dict[str, tuple[str, ...]] = {
    "collect": ("item", "purpose", "method"),
    "share": ("name", "contact", "purpose", "method", "categories"),
    "sections": ("heading", "text"),
    "rights": ("right", "how"),
    "sensitive": ("category", "necessity", "effect"),
    "bases": ("purpose", "basis", "words"),
    "services": ("service", "purpose", "words"),
}
MORE = {"share": abroad.MORE}  # what a line may hold beyond that: all of it, or none
# Characters of one part.
MOST = {"collect": 300, "share": 300, "sections": 2000, "rights": 300, "sensitive": 400, "bases": 400, "services": 400}
PAIRS = ("sections", "rights", "sensitive", "bases", "services")  # stored in order, not by name


class LineRefused(ValueError):
    """A line that does not hold what it should: its number from 1, and how many parts it has and needs."""

    def __init__(self, line: int, has: int, needs: int) -> None:
        """Keep the three numbers."""
        super().__init__(f"line {line}: {has} of {needs} parts")
        self.line, self.has, self.needs = line, has, needs


class PartRefused(ValueError):
    """A part of a row too long for a table that is printed too: the number of its line, and the most it may hold."""

    def __init__(self, line: int, most: int) -> None:
        """Keep both."""
        super().__init__(f"line {line}: more than {most}")
        self.line, self.most = line, most


def lines_of(name: str, stored: list[Any]) -> str:
    """A list as text: a row a line, its parts with bars between."""
    rows = [row if name in PAIRS else [row.get(part, "") for part in _parts(name, row)] for row in stored]
    return "\n".join(" | ".join(str(part) for part in row) for row in rows)


def _parts(name: str, row: Mapping[str, str]) -> tuple[str, ...]:
    """What this row's line holds: a recipient abroad has two parts more (B8)."""
    more = MORE.get(name, ())
    return (*ROWS[name], *more) if any(row.get(part) for part in more) else ROWS[name]


def rows_of(name: str, text: str) -> list[Any]:
    """The list that a text holds; empty lines do not count. Raises LineRefused, PartRefused."""
    rows: list[Any] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        names = (*ROWS[name], *MORE.get(name, ())) if len(parts) > len(ROWS[name]) else ROWS[name]
        if len(parts) != len(names) or not all(parts):
            raise LineRefused(number, len([part for part in parts if part]), len(names))
        if any(len(part) > MOST[name] for part in parts):
            raise PartRefused(number, MOST[name])
        rows.append(parts if name in PAIRS else dict(zip(names, parts, strict=True)))
    return rows


def told(content: Mapping[str, Any]) -> dict[str, str]:
    """Stored content as the values of a form's fields, by language and name: zh_title, en_collect, zh_controller_name."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        words = content.get(language) or {}
        found |= {f"{language}_{name}": str(words.get(name, "")) for name in TEXTS}
        controller = words.get("controller") or {}
        found |= {f"{language}_controller_{name}": str(controller.get(name, "")) for name in CONTROLLER}
        found |= {f"{language}_{name}": lines_of(name, words.get(name) or []) for name in ROWS}
    return found


def content_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The content that a form's cleaned fields hold: lists are lists already."""
    content: dict[str, Any] = {}
    for language in LANGUAGES:
        words: dict[str, Any] = {name: fields[f"{language}_{name}"] for name in (*TEXTS, *ROWS)}
        words = {name: value for name, value in words.items() if value or name not in OPTIONAL}  # absent, as it always was
        words["controller"] = {name: fields[f"{language}_controller_{name}"] for name in CONTROLLER}
        content[language] = words
    return content
