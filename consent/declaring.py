"""What a notice declares beside its ticks: why sensitive data is needed and what it means, and bases other than consent.

Both are lists in the words of each language, hashed with all others; a version of before has neither and verifies as it
did. Serves B2, B7 and A9.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from consent import register
from consent.models import Consent
from consent.models.notice import Basis, Purpose

LANGUAGES = ("zh", "en")
OPTIONAL = ("sensitive", "bases")
# A yes that was taken back, or that never was one: no other basis is found for it afterwards.
SAID_NO = frozenset({"refused", "withdrawn", "revoked", "invalidated"})
UNSEEN = frozenset({"requested", "asserted"})  # nobody knows yet that the person themself was shown anything
Pair = tuple[str, str]


class Tick(Protocol):
    """A tick with its purpose."""

    purpose_id: str
    purpose: Purpose
    channel: str


def gaps(content: dict[str, Any], ticks: Iterable[Tick]) -> list[str]:
    """What a notice lacks, or may not declare; empty where it may be published so."""
    asked = list(ticks)
    return _sensitive(content, asked) + _bases(content) + _closed(asked)


def _sensitive(content: dict[str, Any], ticks: list[Tick]) -> list[str]:
    """Sensitive data has its own block in each language: why it is needed, and what that means for the person (PIPL 30)."""
    needed = register.sensitive(register.allowed(tick.purpose for tick in ticks))
    found = []
    for language in LANGUAGES:
        rows = (content.get(language) or {}).get("sensitive") or []
        told = {row[0] for row in rows if len(row) == 3 and all(str(part).strip() for part in row)}
        found += [f"{language}.sensitive.{code}" for code in needed if code not in told]
        found += [f"{language}.sensitive.unknown" for code in sorted(told - register.CATEGORIES.keys()) if code not in needed]
    return found


def _bases(content: dict[str, Any]) -> list[str]:
    """A basis is declared for a purpose that the register allows it, and in both languages alike (A9)."""
    found, told = [], {language: set(_pairs(content, language)) for language in LANGUAGES}
    for language, pairs in told.items():
        if any(code not in register.BY_CODE or basis not in Basis.values for code, basis in pairs):
            found.append(f"{language}.bases.unknown")
        if not_allowed(pairs):
            found.append(f"{language}.bases.matrix")
    return found + (["zh.bases.languages"] if told["zh"] != told["en"] else [])


def not_allowed(pairs: Iterable[Pair]) -> list[Pair]:
    """Which of these purposes may not stand on that basis: a contract opens no marketing (A9)."""
    known = [pair for pair in pairs if pair[0] in register.BY_CODE and pair[1] in Basis.values]
    return sorted(pair for pair in known if pair[1] not in register.BY_CODE[pair[0]]["bases"])


def _closed(ticks: list[Tick]) -> list[str]:
    """A tick asks for consent: so its purpose may stand on one, by a channel that the register lists (A2)."""
    open_ = [t for t in ticks if Basis.CONSENT not in t.purpose.bases or t.channel not in t.purpose.channels]
    return [f"tick_{tick.purpose_id}_{tick.channel}_register" for tick in open_]


def _pairs(content: dict[str, Any], language: str) -> list[Pair]:
    rows = (content.get(language) or {}).get("bases") or []
    return [(str(row[0]), str(row[1])) for row in rows if len(row) == 3]


def declared(content: dict[str, Any]) -> set[Pair]:
    """The purposes and bases that a notice names in every language: what one language keeps back was not said."""
    return set.intersection(*(set(_pairs(content, language)) for language in LANGUAGES))


def declared_to(subjects: Iterable[UUID], purpose: str, basis: str) -> set[UUID]:
    """Who of these was told beforehand that this purpose stands on this basis; one query (A9).

    By the notices that their consents name. After a no it must be the very notice that they agreed to and took back:
    a later one cannot find a new basis for it.
    """
    rows = Consent.objects.filter(subject_id__in=list(subjects)).exclude(state__in=UNSEEN)
    heads: defaultdict[UUID, list[Consent]] = defaultdict(list)
    for head in rows.select_related("notice_version"):
        heads[head.subject_id].append(head)
    return {subject for subject, own in heads.items() if _told(own, (purpose, basis))}


def _told(heads: list[Consent], pair: Pair) -> bool:
    closed = [head for head in heads if head.state in SAID_NO]
    told = [pair in declared(head.notice_version.content) for head in closed or heads]
    return all(told) if closed else any(told)
