"""How complete a notice is by ISO/IEC 29184, clause 5.3: what it tells, clause by clause, of what it should (N4).

A score helps whoever writes; it decides nothing. What the law asks for is asked by `notices.missing`, which bars publishing.
Where a notice has a field for something the field is looked at, and where it has free text its words are.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.models import NoticePurpose

Words = dict[str, Any]
Test = Callable[[Words, Sequence[NoticePurpose]], bool]


@dataclass(frozen=True)
class Clause:
    """One clause of the standard, in its own words, and whether this notice tells it in both languages."""

    number: str
    title: Promise
    told: bool


@dataclass(frozen=True)
class Completeness:
    """All clauses of one notice."""

    clauses: tuple[Clause, ...]

    @property
    def told(self) -> int:
        """How many of them the notice tells."""
        return sum(clause.told for clause in self.clauses)

    @property
    def untold(self) -> list[Clause]:
        """What it does not tell."""
        return [clause for clause in self.clauses if not clause.told]


def _each(key: str, *parts: str) -> Test:
    """A list that is not empty, and every row of which has these parts."""
    return lambda words, _ticks: bool(words.get(key)) and all(row.get(part) for row in words[key] for part in parts)


def _has(*keys: str) -> Test:
    return lambda words, _ticks: all(words.get(key) for key in keys)


def _says(pattern: str) -> Test:
    """Somewhere in the sections of the full text, heading or body."""
    found = re.compile(pattern, re.IGNORECASE)
    return lambda words, _ticks: any(found.search(f"{heading} {text}") for heading, text in words.get("sections", []))


def _named(words: Words, _ticks: Sequence[NoticePurpose]) -> bool:
    controller = words.get("controller") or {}
    return all(controller.get(part) for part in ("name", "address", "contact"))


def _ends(words: Words, ticks: Sequence[NoticePurpose]) -> bool:
    return bool(words.get("end_action")) and bool(ticks) and all(tick.valid_days for tick in ticks)


def _passed_on(words: Words, ticks: Sequence[NoticePurpose]) -> bool:
    """Each recipient whole, or nobody is passed anything and a section says so."""
    if words.get("share"):
        return _each("share", "name", "contact", "purpose", "method", "categories")(words, ticks)
    return not any(tick.recipient for tick in ticks) and _says("不.{0,4}(提供给|转交)|nobody else|no third part")(words, ticks)


def _by_themselves(_words: Words, ticks: Sequence[NoticePurpose]) -> bool:
    return bool(ticks) and all(tick.tick_zh and tick.tick_en for tick in ticks)


def _based(words: Words, ticks: Sequence[NoticePurpose]) -> bool:
    return bool(words.get("bases")) or _says("法律依据|legal basis")(words, ticks)


def _risks(words: Words, ticks: Sequence[NoticePurpose]) -> bool:
    return bool(words.get("sensitive")) or _says("风险|影响|risk|may mean for you")(words, ticks)


# ISO/IEC 29184:2020, 5.3.2 to 5.3.16, in its order.
CLAUSES: tuple[tuple[str, Promise, Test], ...] = (
    ("5.3.2", _("purpose description"), _each("collect", "item", "purpose")),
    ("5.3.3", _("presentation of the purposes, each by itself"), _by_themselves),
    ("5.3.4", _("identification of the controller"), _named),
    ("5.3.5", _("what is collected"), _each("collect", "item")),
    ("5.3.6", _("collection method"), _each("collect", "method")),
    ("5.3.7", _("timing and location of the collection"), _has("jit", "short")),
    ("5.3.8", _("method of use"), _says("怎么联系|如何使用|how we (contact|use)")),
    ("5.3.9", _("where it is stored, and under which law"), _says("境内|境外|mainland|stored in|kept in")),
    ("5.3.10", _("third party transfer"), _passed_on),
    ("5.3.11", _("retention period"), _ends),
    ("5.3.12", _("participation of the person: rights and how"), _has("rights", "rights_how")),
    ("5.3.13", _("inquiry and complaint"), _says("投诉|complain")),
    ("5.3.14", _("how to reach one's choices later"), _has("withdraw")),
    ("5.3.15", _("basis for processing"), _based),
    ("5.3.16", _("risks"), _risks),
)


def of(content: dict[str, Any], ticks: Sequence[NoticePurpose]) -> Completeness:
    """The clauses of a notice with this content and these ticks; told is what both languages tell."""
    texts = [content.get(language) or {} for language in ("zh", "en")]
    return Completeness(
        tuple(Clause(number, title, all(test(words, ticks) for words in texts)) for number, title, test in CLAUSES)
    )
