"""Names and other texts people type: cleaned, bounded, and cut into the tokens a blind search needs."""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60
MARKS = 4
LOST = "\ufffd"  # stands where bytes could not be read
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
PREFIXES = range(2, 13)

PROBLEMS: dict[str, Promise] = {
    "empty": _("A name is needed."),
    "long": _("This text is too long."),
    "characters": _("Please check this text: it has characters that cannot be stored."),
    "marks": _("Please check this text: a letter carries too many marks."),
    "lines": _("This must be a single line."),
}


class TextRefused(ValueError):
    """A text that cannot be taken; `code` names why, never what was typed."""

    def __init__(self, code: str) -> None:
        """Keep the code only."""
        super().__init__(code)
        self.code = code
        self.sentence = PROBLEMS[code]


def clean_name(text: str) -> str:
    """A name on one line, at most 60 characters; raises TextRefused."""
    cleaned = clean_line(text, NAME_LENGTH)
    if not cleaned:
        raise TextRefused("empty")
    return cleaned


def clean_line(text: str, longest: int) -> str:
    """One line, composed (NFC), without control or direction characters; empty is allowed. Raises TextRefused."""
    if "\n" in text.strip() or "\r" in text.strip():
        raise TextRefused("lines")
    return _clean(text, longest)


def clean_note(text: str, longest: int = 500) -> str:
    """Several lines of free text; raises TextRefused."""
    return "\n".join(_clean(line, longest) for line in _bounded(text, longest).splitlines()).strip()


def _bounded(text: str, longest: int) -> str:
    if len(text) > longest:
        raise TextRefused("long")
    return text


def _clean(text: str, longest: int) -> str:
    composed = unicodedata.normalize("NFC", text)
    categories = [unicodedata.category(char) for char in composed]
    if "\0" in composed or LOST in composed or any(map(_homeless, composed, categories)):
        raise TextRefused("characters")
    kept = "".join(
        " " if category == "Zs" or char == "\t" else char
        for char, category in zip(composed, categories, strict=True)
        if category not in ("Cc", "Cf") or char in "\t\u200d"
    )
    if re.search(r"\S", kept) and _too_many_marks(kept):
        raise TextRefused("marks")
    return _bounded(re.sub(r" +", " ", kept).strip(), longest)


def _homeless(char: str, category: str) -> bool:
    """No character of any language: refused, since leaving it out would change a name in silence.

    Han characters and emoji younger than this Python are somebody's name all the same.
    """
    if category == "Cn":
        young = "\U00020000" <= char <= "\U0003fffd" or "\U0001f000" <= char <= "\U0001faff"
        return not young or ord(char) & 0xFFFE == 0xFFFE
    return category in ("Cs", "Co")


def _too_many_marks(text: str) -> bool:
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MARKS:
            return True
    return False


def tokens(name: str) -> set[str]:
    """What is indexed of a name: the whole, each Han character and pair, and prefixes of Latin words."""
    return set(_tokens(_fold(name)))


def _tokens(folded: str) -> Iterator[str]:
    yield f"={folded.replace(' ', '')}"
    han = HAN.findall(folded)
    yield from han
    yield from (a + b for a, b in zip(han, han[1:], strict=False))
    for word in re.findall(r"[^\W\d_]+", HAN.sub(" ", folded)):
        yield from (word[:n] for n in PREFIXES if n <= len(word))


def query_tokens(text: str) -> set[str]:
    """What a search must find, all of them: Han pairs (or the one character) and each Latin word as a prefix."""
    folded = _fold(text)
    han = HAN.findall(folded)
    pairs = {a + b for a, b in zip(han, han[1:], strict=False)} or set(han)
    words = {w[: PREFIXES[-1]] for w in re.findall(r"[^\W\d_]+", HAN.sub(" ", folded)) if len(w) >= PREFIXES[0]}
    return pairs | words


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
