"""What a notice declares beside its ticks: why sensitive data is needed and what it means, and bases other than consent.

And which purposes a service needs. All are lists in the words of each language, hashed with all others; a version of
before has none and verifies as it did. Serves B2, B7, A8 and A9.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from consent import register, services
from consent.models import Consent, ConsentEvent
from consent.models.notice import Basis, Purpose

LANGUAGES = ("zh", "en")
OPTIONAL = ("sensitive", "bases", "services")
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
    return _sensitive(content, asked) + _bases(content) + _services(content) + _closed(asked)


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


def _services(content: dict[str, Any]) -> list[str]:
    """A service is said to need what the table of services lists for it and nothing else, in both languages alike (A8)."""
    found, told = [], {language: set(_pairs(content, language, "services")) for language in LANGUAGES}
    for language, pairs in told.items():
        if any(code not in services.SERVICES or purpose not in register.BY_CODE for code, purpose in pairs):
            found.append(f"{language}.services.unknown")
        if services.not_needed(pairs):
            found.append(f"{language}.services.unneeded")
    return found + (["zh.services.languages"] if told["zh"] != told["en"] else [])


def not_allowed(pairs: Iterable[Pair]) -> list[Pair]:
    """Which of these purposes may not stand on that basis: a contract opens no marketing (A9)."""
    known = [pair for pair in pairs if pair[0] in register.BY_CODE and pair[1] in Basis.values]
    return sorted(pair for pair in known if pair[1] not in register.BY_CODE[pair[0]]["bases"])


def _closed(ticks: list[Tick]) -> list[str]:
    """A tick asks for consent: so its purpose may stand on one, by a channel that the register lists (A2)."""
    open_ = [t for t in ticks if Basis.CONSENT not in t.purpose.bases or t.channel not in t.purpose.channels]
    return [f"tick_{tick.purpose_id}_{tick.channel}_register" for tick in open_]


def _pairs(content: dict[str, Any], language: str, name: str = "bases") -> list[Pair]:
    rows = (content.get(language) or {}).get(name) or []
    return [(str(row[0]), str(row[1])) for row in rows if len(row) == 3]


def declared(content: dict[str, Any]) -> set[Pair]:
    """The purposes and bases that a notice names in every language: what one language keeps back was not said."""
    return set.intersection(*(set(_pairs(content, language)) for language in LANGUAGES))


def declared_to(subjects: Iterable[UUID], purpose: str, basis: str) -> set[UUID]:
    """Who of these was told beforehand that this purpose stands on this basis; two queries at most (A9).

    By the notices that their consents name. After a no it must be one that they had acted on until then: a later one
    cannot find a new basis for it, and a no to what the service does not need takes from it nothing that it had (A8).
    """
    rows = Consent.objects.filter(subject_id__in=list(subjects)).exclude(state__in=UNSEEN)
    heads: defaultdict[UUID, list[Consent]] = defaultdict(list)
    for head in rows.select_related("notice_version"):
        heads[head.subject_id].append(head)
    told = {subject for subject, own in heads.items() if _told(own, (purpose, basis))}
    said_no = {subject: first for subject, own in heads.items() if subject not in told and (first := _first_no(own))}
    return told | _told_before(said_no, (purpose, basis))


def _told(heads: list[Consent], pair: Pair) -> bool:
    closed = [head for head in heads if head.state in SAID_NO]
    told = [pair in declared(head.notice_version.content) for head in closed or heads]
    return all(told) if closed else any(told)


def _first_no(heads: list[Consent]) -> datetime | None:
    return min((head.changed_at for head in heads if head.state in SAID_NO), default=None)


def _told_before(said_no: Mapping[UUID, datetime], pair: Pair) -> set[UUID]:
    """Who of these had acted on a notice that declares it before their first no, whichever purpose that no was to (A8)."""
    if not said_no:
        return set()
    rows = ConsentEvent.objects.filter(consent__subject__in=said_no).exclude(after__in=[*UNSEEN, "tombstone"])
    told = rows.values_list("consent__subject", "event_time", "notice_version__content")
    return {subject for subject, when, content in told if when <= said_no[subject] and pair in declared(content)}
