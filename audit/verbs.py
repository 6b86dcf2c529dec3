"""The closed list of what an entry may say; floors above add their words at import.

A floor declares its own with `verbs.declare(Verb(...), Reason(...), Field(...))` in a module that
Django always loads (its apps.py `ready` or its models). The encoder refuses every other word.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from audit.reasons import REASONS
from audit.vocabulary import FIELDS, VERBS
from audit.words import Field, Reason, Sentence, Verb

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_DIGITS = re.compile(r"[0-9]{4}")
_verbs: dict[str, Verb] = {}
_reasons: dict[str, Reason] = {}
_fields: dict[str, Field] = {}


class UnknownWord(LookupError):
    """A verb, reason or field that nobody declared; the word itself is not repeated."""


def declare(*words: Verb | Reason | Field) -> None:
    """Add words to the list; a later declaration of the same code replaces its sentence.

    Codes are lower case, dotted, at most 40 characters and hold no run of four digits, so that no
    number can pass for a code. Raises ValueError otherwise.
    """
    may_be_said.cache_clear()
    for word in words:
        if not _CODE.fullmatch(word.code) or len(word.code) > 40 or _DIGITS.search(word.code):
            raise ValueError("not a code")
        if isinstance(word, Verb):
            _verbs[word.code] = word
        elif isinstance(word, Reason):
            _reasons[word.code] = word
        else:
            _fields[word.code] = word


def verb(code: str) -> Verb:
    """The verb of this code; raises UnknownWord."""
    found = _verbs.get(code) if isinstance(code, str) else None
    if found is None:
        raise UnknownWord("a word that nobody declared")
    return found


def is_reason(code: object) -> bool:
    """Whether somebody declared a reason of this code."""
    return isinstance(code, str) and code in _reasons


def may_name(spoken: Verb, names: Iterable[str]) -> bool:
    """Whether an entry with this verb may mention these fields."""
    allowed = _fields.keys() if spoken.fields is None else spoken.fields & _fields.keys()
    return all(isinstance(name, str) and name in allowed for name in names)


@lru_cache(maxsize=1024)
def may_be_said(act: str, names: tuple[str, ...], reason: str) -> str:
    """What an entry of these words is about, as one letter; a batch says the same thousands of times.

    Raises UnknownWord with "act", "fields" or "reason", whichever nobody declared or does not belong to the verb.
    """
    try:
        spoken = verb(act)
    except UnknownWord:
        raise UnknownWord("act") from None
    if not may_name(spoken, names):
        raise UnknownWord("fields")
    if reason != "" and not is_reason(reason):
        raise UnknownWord("reason")
    return spoken.about


def verb_label(code: str) -> Sentence:
    """The sentence of a verb; the code itself for a word that has been retired since."""
    return _verbs[code].label if code in _verbs else code


def reason_label(code: str) -> Sentence:
    """The sentence of a reason; the code itself for a word that has been retired since."""
    return _reasons[code].label if code in _reasons else code


def field_label(code: str) -> Sentence:
    """The name of a field for people; the code itself for one that has been retired since."""
    return _fields[code].label if code in _fields else code


def verbs() -> tuple[Verb, ...]:
    """Every declared verb, by code."""
    return tuple(_verbs[code] for code in sorted(_verbs))


def reasons() -> tuple[Reason, ...]:
    """Every declared reason, by code."""
    return tuple(_reasons[code] for code in sorted(_reasons))


def fields() -> tuple[Field, ...]:
    """Every declared field name, by code."""
    return tuple(_fields[code] for code in sorted(_fields))


declare(*VERBS, *REASONS, *FIELDS)
