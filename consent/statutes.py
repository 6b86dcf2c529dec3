"""The register of statutes: what may be cited, in whose words, and in force from when until when (L9).

The register is a file of this repository, so that every change of it is a commit with an author and a second pair of eyes.
Whoever cites names a key and the day of the act; what was in force on that day is shown, whatever is in force today.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OFFICE = ZoneInfo("Asia/Shanghai")
FILE = Path(__file__).parent / "content" / "statutes.toml"
OWNERS = ("compliance",)
DIGITS = "零一二三四五六七八九"
# Where the product applies a rule: the words, and the files that cite it, which a house test compares.
PLACES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "gate": (_("what the gate answers, and why"), ("consent/reasons.py",)),
    "notice": (_("the first notice"), ("consent/content/event_zh.py", "consent/content/event_en.py")),
    "own": (_("the person's own page"), ("templates/contacts/own/_parts/request.html",)),
    "requests": (
        _("the desk that answers requests"),
        ("templates/contacts/requests/one.html", "templates/contacts/requests/_parts/law.html"),
    ),
    "complaints": (
        _("the public page for complaints"),
        ("templates/contacts/complaints/form.html", "templates/contacts/complaints/read.html"),
    ),
    "retention": (_("the retention table"), ("contacts/templatetags/leaving.py",)),
    "keeps": (_("what a client's record is kept for"), ("contacts/keeps.py",)),
    "defence": (
        _("the file that proves a consent"),
        ("consent/defence/README.zh.txt", "consent/defence/README.en.txt"),
    ),
    "trail": (_("how long the audit trail stays"), ("templates/consent/defence.html",)),
}


class RegisterRefused(Exception):
    """A register that contradicts itself; the site does not start with it. Names the rule and what is wrong."""


@dataclass(frozen=True)
class Act:
    """A law as it is called."""

    zh: str
    en: str
    short: str


@dataclass(frozen=True)
class Statute:
    """One version of one rule: where it stands, what it says in our words, and its first and last day in force."""

    key: str
    act: Act
    article: tuple[int, ...]  # article, paragraph (0: none), item
    since: date
    until: date | None
    zh: str
    en: str
    digest: str
    owner: str
    places: tuple[str, ...]

    def in_force(self, on: date) -> bool:
        """Whether it applied on this day, its first and last included."""
        return self.since <= on and (self.until is None or on <= self.until)

    @property
    def anchor(self) -> str:
        """Its place on the page of all rules."""
        return f"{self.key}-{self.since:%Y%m%d}"


def read(text: str) -> tuple[Statute, ...]:
    """The register from its text. Raises RegisterRefused: a hash that is not its words', versions that overlap."""
    told = tomllib.loads(text)
    acts = {code: Act(**names) for code, names in told["acts"].items()}
    rows = sorted((_statute(row, acts) for row in told["rule"]), key=lambda rule: (rule.key, rule.since))
    for before, after in pairwise(rows):
        if before.key == after.key and (before.until is None or before.until >= after.since):
            raise RegisterRefused(f"{after.key}: two versions on one day")
    return tuple(rows)


def _statute(row: dict[str, Any], acts: dict[str, Act]) -> Statute:
    digest = hashlib.sha256(f"{row['zh']}\n{row['en']}".encode()).hexdigest()
    if digest != row["sha256"]:
        raise RegisterRefused(f"{row['key']}: the words are not those of the hash; they are {digest}")
    if row["owner"] not in OWNERS or not set(row["places"]) <= set(PLACES):
        raise RegisterRefused(f"{row['key']}: nobody owns it, or it is applied at no place we know")
    if "to" in row and row["to"] < row["from"]:
        raise RegisterRefused(f"{row['key']}: it ends before it begins")
    return Statute(
        key=row["key"],
        act=acts[row["act"]],
        article=tuple(row["article"]),
        since=row["from"],
        until=row.get("to"),
        zh=row["zh"],
        en=row["en"],
        digest=digest,
        owner=row["owner"],
        places=tuple(row["places"]),
    )


REGISTER = read(FILE.read_text(encoding="utf-8"))


def find(keys: Iterable[str], *, on: date) -> list[Statute]:
    """The versions of these rules in force on that day, in order; one that was not in force yet is not there.

    A moment (aware) is its day at the office. Raises KeyError for a rule the register does not know.
    """
    day = on.astimezone(OFFICE).date() if isinstance(on, datetime) else on
    found = []
    for key in keys:
        versions = [rule for rule in REGISTER if rule.key == key]
        if not versions:
            raise KeyError(key)
        found += [rule for rule in versions if rule.in_force(day)]
    return found


def cite(keys: Iterable[str], *, on: date, language: str, whole: bool = False) -> str:
    """How these rules are cited in `language` (zh… or en…), as in force on that day; articles of one law stand together.

    `whole` names the law by its whole English name. Empty where none was in force. Raises KeyError.
    """
    english = language.startswith("en")
    groups = [list(rules) for _act, rules in groupby(find(keys, on=on), key=lambda rule: rule.act)]
    told = [_english(rules, whole) if english else _chinese(rules) for rules in groups]
    return ("; " if english else "；").join(told)


def fill(text: str, *, on: date, language: str) -> str:
    """A text of ours with every `{statute …}` in it replaced by how the rule is cited on that day."""
    before, mark, rest = text.partition("{statute ")
    if not mark:
        return text
    keys, _end, after = rest.partition("}")
    return before + cite(keys.split(), on=on, language=language, whole=True) + fill(after, on=on, language=language)


def _english(rules: list[Statute], whole: bool) -> str:
    articles = [str(rule.article[0]) + "".join(f"({part})" for part in rule.article[1:] if part) for rule in rules]
    if not whole:
        return f"{rules[0].act.short} {', '.join(articles)}"
    last = " and ".join([", ".join(articles[:-1]), articles[-1]]) if articles[1:] else articles[0]
    return f"{rules[0].act.en}, {'articles' if articles[1:] else 'article'} {last}"


def _chinese(rules: list[Statute]) -> str:
    units = "条款项"
    articles = [
        "".join(f"第{numeral(part)}{unit}" for part, unit in zip(rule.article, units, strict=False) if part) for rule in rules
    ]
    return f"《{rules[0].act.zh}》{'、'.join(articles)}"


def numeral(number: int) -> str:
    """A number up to 9,999 as statutes count their articles: 47 is 四十七, 1033 is 一千零三十三."""
    told, gap = "", False
    for unit, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, value)
        if digit:
            told += ("零" if gap and told else "") + DIGITS[digit] + unit
        gap = not digit
    return told.removeprefix("一") if told.startswith("一十") else told
