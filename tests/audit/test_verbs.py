"""The closed list of words: every one has a sentence in both languages, and floors may add theirs."""

from pathlib import Path

import polib
import pytest
from django.utils import translation

from audit import reading, verbs
from audit.reasons import REASONS
from audit.verbs import Field, Reason, Verb
from audit.vocabulary import FIELDS, VERBS

PO = Path(verbs.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture
def own_words(monkeypatch):
    for name in ("_verbs", "_reasons", "_fields"):
        monkeypatch.setattr(verbs, name, dict(getattr(verbs, name)))


def test_a_floor_declares_its_words_and_they_are_known(own_words):
    verbs.declare(Verb("book.opened", "opened a book"), Reason("rainy", "it rained"), Field("book.cover", "cover"))
    assert verbs.verb("book.opened").label == "opened a book"
    assert (verbs.is_reason("rainy"), verbs.may_name(verbs.verb("book.opened"), ["book.cover"])) == (
        True,
        True,
    )


@pytest.mark.parametrize("code", ["", "Upper", "has space", "a.13800001234", "year2026", "x" * 41, "a..b", "a."])
def test_a_code_is_a_code(own_words, code):
    with pytest.raises(ValueError, match="not a code"):
        verbs.declare(Reason(code, "sentence"))


def test_unknown_words_are_refused_and_not_repeated():
    with pytest.raises(verbs.UnknownWord) as refused:
        verbs.verb("phone.13800001234")
    assert "138" not in str(refused.value)


def test_a_retired_word_is_shown_as_its_code():
    assert (verbs.verb_label("old.verb"), verbs.reason_label("old"), verbs.field_label("f")) == (
        "old.verb",
        "old",
        "f",
    )


def test_every_word_of_this_floor_has_a_chinese_sentence():
    told = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(PO)).translated_entries()}
    wanted = {("trail", _english(verb.label)) for verb in VERBS}
    wanted |= {("reason", _english(reason.label)) for reason in REASONS}
    wanted |= {("field", _english(field.label)) for field in FIELDS}
    wanted |= {("outcome", _english(label)) for label in reading.OUTCOMES.values()}
    assert wanted - told == set()


def test_no_entry_of_the_po_file_is_empty():
    assert [entry.msgid for entry in polib.pofile(str(PO)) if not entry.translated()] == []


def _english(label):
    with translation.override("en"):
        return str(label)
