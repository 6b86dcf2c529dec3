"""What a new version changes, clause by clause, and how much that is: proposed here, decided by a person (B3, B4)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import ngettext

from consent.rules import CLOSES, OPENS

EDITORIAL, NOTIFY, RECONSENT = "editorial", "notify", "reconsent"
ORDER = (EDITORIAL, NOTIFY, RECONSENT)
NUMBERS = re.compile(
    r"\d+|[一二两三四五六七八九十百千万半]|\b(?:once|twice|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    re.IGNORECASE,
)
LISTS = ("collect", "share")  # whose rows are what is processed, and by whom: a change of meaning is a new question
# What is said of sensitive data, of bases other than consent, and of what a service needs: whatever is new there is a question.
DECLARED = {"sensitive": "sensitive", "bases": "basis", "services": "service"}
Parts = tuple[str, ...]
Key = tuple[str, str, int]


class Tick(Protocol):
    """A tick as the comparison reads it."""

    purpose_id: str
    channel: str
    tick_zh: str
    tick_en: str
    valid_days: int
    recipient: str
    type_zh: str | None
    type_en: str | None
    per_day: int | None
    per_week: int | None
    per_month: int | None
    hour_from: int | None
    hour_to: int | None


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


def _ticks(old: Sequence[Tick], new: Sequence[Tick]) -> Iterator[Change]:
    before = {(tick.purpose_id, tick.channel): tick for tick in old}
    after = {(tick.purpose_id, tick.channel): tick for tick in new}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        where = f"tick_{key[0]}_{key[1]}"
        if was is None or now is None:
            weight, why = (RECONSENT, "new_purpose") if was is None else (NOTIFY, "purpose_gone")
            yield Change(where, was.tick_zh if was else "", now.tick_zh if now else "", weight, why)
        else:
            yield from _tick(where, f"{key[0]}/{key[1]}", was, now)


def _tick(where: str, scope: str, was: Tick, now: Tick) -> Iterator[Change]:
    if now.valid_days != was.valid_days:
        longer = now.valid_days > was.valid_days
        told = (_days(was.valid_days), _days(now.valid_days))
        yield Change(where, *told, RECONSENT if longer else NOTIFY, "longer" if longer else "shorter")
    if now.recipient != was.recipient:
        yield Change(where, was.recipient, now.recipient, RECONSENT, "recipient", scope)
    for text_was, text_now in ((was.tick_zh, now.tick_zh), (was.tick_en, now.tick_en)):
        if text_was != text_now:
            small = alike(text_was, text_now)
            weight, why = (EDITORIAL, "wording") if small else (RECONSENT, "purpose")
            yield Change(where, text_was, text_now, weight, why, "" if small else scope)
    yield from _contact(where, was, now)


def _contact(where: str, was: Tick, now: Tick) -> Iterator[Change]:
    """The promise of contact: more, or at more hours, is a question; less is to be told; no promise is the office's rule (C5).

    An old yes keeps its own limits either way, so none of it replaces a scope.
    """
    for name, span in (("per_day", 1), ("per_week", 7), ("per_month", 31)):
        told = [getattr(was, name), getattr(now, name)]
        if told[0] != told[1]:
            wider = told[1] is None or (told[0] is not None and told[1] > told[0])
            before, after = (f"≤ {most} / {_days(span)}" if most else "" for most in told)
            yield Change(where, before, after, *_more_or_less(wider=wider))
    windows = [(tick.hour_from or OPENS, tick.hour_to or CLOSES) for tick in (was, now)]
    if windows[0] != windows[1]:
        wider = windows[1][0] < windows[0][0] or windows[1][1] > windows[0][1]
        before, after = (f"{opens:02}:00–{closes:02}:00" for opens, closes in windows)
        yield Change(where, before, after, *_more_or_less(wider=wider))
    for text_was, text_now in ((was.type_zh or "", now.type_zh or ""), (was.type_en or "", now.type_en or "")):
        if text_was != text_now:
            yield Change(where, text_was, text_now, *_kind(text_was, text_now))


def _days(count: int) -> str:
    """So many days, in the reader's language."""
    return ngettext("%(days)s day", "%(days)s days", count) % {"days": count}


def _more_or_less(*, wider: bool) -> tuple[str, str]:
    return (RECONSENT, "contact_more") if wider else (NOTIFY, "contact_less")


def _kind(was: str, now: str) -> tuple[str, str]:
    """Another kind of contact, or none named any more, is a question; a kind named for the first time only narrows."""
    if alike(was, now):
        return EDITORIAL, "wording"
    return (RECONSENT, "contact_kind") if was else (NOTIFY, "contact_less")


def _words(language: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = _clauses(old), _clauses(new)
    for was_key, now_key in _pairs(before, after):
        was, now = before.get(was_key, ()) if was_key else (), after.get(now_key, ()) if now_key else ()
        if was != now:
            name = (now_key or was_key or ("", "", 0))[0]
            weight, why = _weight(name, was, now)
            yield Change(f"{language}_{name}", _shown(name, was), _shown(name, now), weight, why)


def _pairs(before: dict[Key, Parts], after: dict[Key, Parts]) -> Iterator[tuple[Key | None, Key | None]]:
    """Which old clause became which new one: by its name, or, where only the heading is another, by what it says."""
    gone = [key for key in before if key not in after]
    for key in after:
        if key in before:
            yield key, key
            continue
        twin = next((old for old in gone if old[0] == key[0] and before[old][1:] == after[key][1:] != ()), None)
        if twin is not None:
            gone.remove(twin)
        yield twin, key
    yield from ((key, None) for key in gone)


def _clauses(words: dict[str, Any]) -> dict[Key, Parts]:
    """Each clause under its own name: rows of a list by what they are about, so that moving one changes nothing.

    Two rows about the same are two clauses: a row may not hide behind its like.
    """
    found: dict[Key, Parts] = {}
    for name, value in words.items():
        if isinstance(value, str):
            found[name, "", 0] = (value,)
        elif isinstance(value, dict):
            found |= {(f"{name}_{part}", "", 0): (str(text),) for part, text in value.items()}
        else:
            met: Counter[str] = Counter()
            for row in value:
                parts = tuple(map(str, row.values() if isinstance(row, dict) else row))
                found[name, parts[0], met[parts[0]]] = parts
                met[parts[0]] += 1
    return found


def _shown(name: str, parts: Parts) -> str:
    """A clause for people: a heading and its text, or a row with points between."""
    return ("：" if name in ("sections", "rights") else " · ").join(parts)


def _weight(name: str, was: Parts, now: Parts) -> tuple[str, str]:
    if name in LISTS:
        return _of_list(name, was, now)
    if name in DECLARED:
        return RECONSENT if now else NOTIFY, DECLARED[name]
    if name == "end_action":
        return _by_meaning(was, now, RECONSENT)
    if name == "sections" and _numbers(" ".join(was)) != _numbers(" ".join(now)) and now:
        return RECONSENT, "number" if was else "clause"
    if name.startswith("controller"):
        return NOTIFY, "controller"
    return _by_meaning(was, now, NOTIFY) if was and now else (NOTIFY, "clause" if now else "clause_gone")


def _of_list(name: str, was: Parts, now: Parts) -> tuple[str, str]:
    """What is processed, and who receives it: one more is a question, one less is to be told."""
    word = "category" if name == "collect" else "recipient"
    if was and now:
        return _by_meaning(was, now, RECONSENT)
    return (NOTIFY, f"{word}_gone") if was else (RECONSENT, word)


def _by_meaning(was: Parts, now: Parts, otherwise: str) -> tuple[str, str]:
    same = len(was) == len(now) and all(alike(*parts) for parts in zip(was, now, strict=True))
    return (EDITORIAL, "wording") if same else (otherwise, "meaning")


def alike(was: str, now: str) -> bool:
    """Whether two texts say the same, sign for sign but for spaces, case, width and the mark at the end.

    Nothing cleverer: one letter of sixty turns "at home" into "abroad", a comma turns a no into a yes. A person may decide
    that more is wording.
    """
    return _bare(was) == _bare(now)


def _numbers(text: str) -> list[str]:
    """Every number in a text, in digits or in words, in order."""
    return NUMBERS.findall(unicodedata.normalize("NFKC", text).casefold())


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).rstrip("。.;；")
