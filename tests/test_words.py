"""Every sentence of the house stands in Chinese too: none missing, none twice, none left over, none half-width."""

import ast
import re
from collections import Counter
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from consent.content.event_zh import EVENT_ZH
from consent.notices import TICKS

HOUSE = Path(__file__).resolve().parent.parent
FLOORS = ("vault", "audit", "team", "consent", "contacts", "crm")
FILES = ("locale/zh_Hans/LC_MESSAGES/django.po", "audit/locale/zh_Hans/LC_MESSAGES/django.po")
KINDS = ("gettext", "ngettext", "pgettext", "npgettext")
ASKING = {kind + ending: kind for kind in KINDS for ending in ("", "_lazy", "_noop")}
HOLES = re.compile(r"%(?:\(\w+\))?[sd]")
HALF_WIDTH = re.compile(r"[一-鿿”》）][,;:?!()]|[,;:?!()][一-鿿“《（]")


def asked(call, kind):
    """(context, sentence, plural) of one call, or None where the sentence is not written there."""
    said = [word.value if isinstance(word, ast.Constant) else None for word in call.args]
    context = said.pop(0) if "pg" in kind else None
    return (context, said[0], said[1] if kind.startswith("n") else None)


def of_module(text):
    """What a module asks to have translated."""
    tree, names = ast.parse(text), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: ASKING[alias.name] for alias in node.names if alias.name in ASKING}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield asked(node, names[node.func.id])


def of_template(text):
    """What a template asks to have translated, by the way Django itself collects it."""
    calls = templatize(text)
    for start in re.finditer(r"\b(n?p?gettext|_)\(", calls):
        for end in re.finditer(r"\)", calls[start.start() :]):
            try:
                call = ast.parse(calls[start.start() : start.start() + end.end()].strip(), mode="eval").body
            except SyntaxError:
                continue
            yield asked(call, "gettext" if start[1] == "_" else start[1])
            break


def sentences():
    """Every sentence of the house and one place where it stands."""
    found = {}
    for floor in FLOORS:
        for file in sorted((HOUSE / floor).rglob("*.py")):
            found |= dict.fromkeys(of_module(file.read_text(encoding="utf-8")), str(file.relative_to(HOUSE)))
    for file in sorted((HOUSE / "templates").rglob("*.html")):
        found |= dict.fromkeys(of_template(file.read_text(encoding="utf-8")), str(file.relative_to(HOUSE)))
    return found


def entries():
    return [entry for name in FILES for entry in polib.pofile(str(HOUSE / name))]


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural or None


def unspoken(page):
    """Marks of English sentences that a template writes itself, after a value, so that they stand on Chinese pages too."""
    said = re.sub(r"\{#.*?#\}|\{% blocktranslate.*?\{% endblocktranslate %\}", "", page, flags=re.DOTALL)
    return re.findall(r"(?:\}\}|%\}|</\w+>)([,:;.?!] )", said)


def chinese(entry):
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def missing(wanted, entries):
    told = {key(entry) for entry in entries if entry.translated()}
    return sorted(f"{where}: {words[1]}" for words, where in wanted.items() if words not in told)


def twice(entries):
    return [words for words, count in Counter((entry.msgctxt, entry.msgid) for entry in entries).items() if count > 1]


def unlike(entries):
    """Sentences whose Chinese does not carry the same values; nothing would be filled in, or the page would break."""
    return [e.msgid for e in entries for said in chinese(e) if set(HOLES.findall(e.msgid)) != set(HOLES.findall(said))]


def left_over(wanted, entries):
    return [entry.msgid for entry in entries if key(entry) not in wanted]


def half_width(texts):
    return [text for text in texts if HALF_WIDTH.search(text)]


def planted(msgid, msgstr, **more):
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


def test_every_sentence_stands_in_chinese():
    assert missing(sentences(), entries()) == []


def test_a_missing_an_empty_and_a_doubtful_sentence_would_be_seen():
    module = 'from django.utils.translation import gettext as _, pgettext_lazy as p\n_("One")\np("trail", "two")\n'
    page = '{% translate "three" %}{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}'
    wanted = dict.fromkeys([*of_module(module), *of_template(page)], "planted")
    assert list(wanted) == [
        (None, "One", None),
        ("trail", "two", None),
        (None, "three", None),
        (None, "%(n)s day", "%(n)s days"),
    ]
    told = [planted("One", "一", flags=["fuzzy"]), planted("two", "二"), planted("three", "")]
    assert missing(wanted, told) == ["planted: %(n)s day", "planted: One", "planted: three", "planted: two"]
    told = [planted("One", "一"), planted("two", "二", msgctxt="trail"), planted("three", "三")]
    assert missing(wanted, told) == ["planted: %(n)s day"]


def test_no_sentence_is_translated_twice():
    assert twice(entries()) == []
    assert twice([planted("One", "一"), planted("One", "壹"), planted("One", "一", msgctxt="trail")]) == [(None, "One")]


def test_the_chinese_carries_the_same_values():
    assert unlike(entries()) == []
    assert unlike([planted("%(n)s days", "%(m)s 天"), planted("%(n)s days", "%(n)s 天")]) == ["%(n)s days"]


def test_no_translation_is_left_over():
    assert left_over(sentences(), entries()) == []
    assert left_over({(None, "One", None): "planted"}, [planted("One", "一"), planted("Two", "二")]) == ["Two"]


def test_chinese_has_chinese_punctuation():
    assert half_width([str(EVENT_ZH), *(tick[2] for tick in TICKS)]) == []
    assert half_width(said for entry in entries() for said in chinese(entry)) == []
    assert half_width(["您好,世界", "您好，世界", "10:30 见", "A(甲)"]) == ["您好,世界", "A(甲)"]


def test_templates_leave_the_marks_between_values_to_the_language():
    pages = {file.name: unspoken(file.read_text(encoding="utf-8")) for file in sorted((HOUSE / "templates").rglob("*.html"))}
    assert {name: marks for name, marks in pages.items() if marks} == {}
    assert unspoken("{{ a }}: {{ b }}") == [": "]
    assert unspoken('{{ a }}{% translate ": " %}{{ b }}{% blocktranslate %}{{ a }}, {{ b }}{% endblocktranslate %}') == []
