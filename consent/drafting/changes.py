"""What a new version changes, clause by clause, and how much that is: proposed here, decided by a person (B3, B4)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Protocol

EDITORIAL, NOTIFY, RECONSENT = "editorial", "notify", "reconsent"
ORDER = (EDITORIAL, NOTIFY, RECONSENT)
LIKE = 0.95  # how much of a text stays in an editorial change
TURNING = re.compile(r"[不无非未勿禁]|\b(?:not|no|never|only|unless|without)\b", re.IGNORECASE)
NUMBERS = re.compile(
    r"\d+|[一二两三四五六七八九十百千万半]|\b(?:once|twice|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    re.IGNORECASE,
)
BAR = " | "


class Tick(Protocol):
    """A tick as the comparison reads it."""

    purpose_id: str
    channel: str
    tick_zh: str
    tick_en: str
    valid_days: int
    recipient: str


@dataclass(frozen=True)
class Change:
    """One clause that differs: where, what it said and says, how much that is and why, and whether it replaces a scope.

    `scope` names purpose/channel where what somebody agreed to is no longer what is asked.
    """

    where: str
    before: str
    after: str
    weight: str
    why: str
    scope: str = ""


def between(old: dict[str, Any], old_ticks: Sequence[Tick], new: dict[str, Any], new_ticks: Sequence[Tick]) -> list[Change]:
    """Every clause that differs, the weightiest first; unchanged clauses are not named (B3)."""
    found = [*_ticks(old_ticks, new_ticks)]
    for language in ("zh", "en"):
        found += _words(language, old.get(language) or {}, new.get(language) or {})
    return sorted(found, key=lambda change: -ORDER.index(change.weight))


def measure(changes: Iterable[Change]) -> str:
    """The weight of a whole version: that of its weightiest change."""
    return max((change.weight for change in changes), key=ORDER.index, default=EDITORIAL)


def replaced(changes: Iterable[Change]) -> set[tuple[str, str]]:
    """The purposes × channels whose old yes is no yes to what is asked now."""
    pairs = {change.scope for change in changes if change.scope}
    return {(purpose, channel) for purpose, _slash, channel in (pair.partition("/") for pair in pairs)}


def _ticks(old: Sequence[Tick], new: Sequence[Tick]) -> list[Change]:
    before = {(tick.purpose_id, tick.channel): tick for tick in old}
    after = {(tick.purpose_id, tick.channel): tick for tick in new}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        where, scope = f"tick_{key[0]}_{key[1]}", f"{key[0]}/{key[1]}"
        if was is None or now is None:
            weight, why = (RECONSENT, "new_purpose") if was is None else (NOTIFY, "purpose_gone")
            found.append(Change(where, was.tick_zh if was else "", now.tick_zh if now else "", weight, why))
            continue
        if now.valid_days != was.valid_days:
            longer = now.valid_days > was.valid_days
            told = (f"{was.valid_days} d", f"{now.valid_days} d")
            found.append(Change(where, *told, RECONSENT if longer else NOTIFY, "longer" if longer else "shorter"))
        if now.recipient != was.recipient:
            found.append(Change(where, was.recipient, now.recipient, RECONSENT, "recipient", scope))
        for text_was, text_now in ((was.tick_zh, now.tick_zh), (was.tick_en, now.tick_en)):
            if text_was != text_now:
                small = alike(text_was, text_now)
                weight, why = (EDITORIAL, "wording") if small else (RECONSENT, "purpose")
                found.append(Change(where, text_was, text_now, weight, why, "" if small else scope))
    return found


def _words(language: str, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    before, after = _clauses(old), _clauses(new)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, ""), after.get(key, "")
        if was != now:
            weight, why = _weight(key[0], was, now)
            found.append(Change(f"{language}_{key[0]}", was, now, weight, why))
    return found


def _clauses(words: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Each clause under its own name: rows of a list by what they are about, so that moving one changes nothing."""
    found: dict[tuple[str, str], str] = {}
    for name, value in words.items():
        if isinstance(value, str):
            found[name, ""] = value
        elif isinstance(value, dict):
            found |= {(f"{name}_{part}", ""): str(text) for part, text in value.items()}
        else:
            for row in value:
                parts = list(row.values()) if isinstance(row, dict) else list(row)
                found[name, str(parts[0])] = BAR.join(map(str, parts))
    return found


def _weight(name: str, was: str, now: str) -> tuple[str, str]:
    if name == "collect":
        return (
            (NOTIFY, "category_gone") if not now else (RECONSENT, "category") if not was else _by_meaning(was, now, RECONSENT)
        )
    if name == "share":
        return (
            (NOTIFY, "recipient_gone") if not now else (RECONSENT, "recipient") if not was else _by_meaning(was, now, RECONSENT)
        )
    if name == "end_action":
        return _by_meaning(was, now, RECONSENT)
    if name == "sections" and NUMBERS.findall(was) != NUMBERS.findall(now):
        return RECONSENT, "number"
    if name.startswith("controller"):
        return NOTIFY, "controller"
    return _by_meaning(was, now, NOTIFY)


def _by_meaning(was: str, now: str, otherwise: str) -> tuple[str, str]:
    before, after = was.split(BAR), now.split(BAR)
    same = len(before) == len(after) and all(alike(*parts) for parts in zip(before, after, strict=True))
    return (EDITORIAL, "wording") if same else (otherwise, "meaning")


def alike(was: str, now: str) -> bool:
    """Whether two texts say the same: the same but for marks, or nearly, with the same numbers and the same noes."""
    if _bare(was) == _bare(now):
        return True
    if not was or not now or NUMBERS.findall(was) != NUMBERS.findall(now) or TURNING.findall(was) != TURNING.findall(now):
        return False
    return SequenceMatcher(None, was, now, autojunk=False).ratio() >= LIKE


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")
