"""Which words of a clause differ from what it said before, so that nobody compares two paragraphs letter by letter (B3)."""

import re
from difflib import SequenceMatcher

WORDS = re.compile(r"[^\W_一-鿿]+|\s+|.", re.DOTALL)  # a word of letters or digits; a Chinese character; a mark
ANOTHER = 0.5  # what has less in common than this is another clause, and stands as a whole
Piece = tuple[str, bool]


def between(was: str, now: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, each with whether it is only in that one; together the pieces are the text."""
    old, new = WORDS.findall(was), WORDS.findall(now)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not old or not new or matcher.ratio() < ANOTHER:
        return [(was, True)] if was else [], [(now, True)] if now else []
    before: list[Piece] = []
    after: list[Piece] = []
    for tag, begins, ends, starts, stops in matcher.get_opcodes():
        before += [("".join(old[begins:ends]), tag != "equal")] if ends > begins else []
        after += [("".join(new[starts:stops]), tag != "equal")] if stops > starts else []
    return before, after
