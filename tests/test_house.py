"""What the import linter cannot see: keys point down, files stay short, few modules open a number."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from vault import labels

HOUSE = Path(__file__).resolve().parent.parent
FLOORS = ("vault", "audit", "team", "consent", "contacts", "crm")
OPENERS = {
    "contacts/masking.py": "a page of masks",
    "contacts/reveal.py": "one number for one person",
    "contacts/dial.py": "one number for the telephone line",
    "contacts/search.py": "comparing hits of four digits",
    "contacts/intake/visiting.py": "a code for the person themselves",
    "contacts/intake/inviting.py": "one invitation",
    "contacts/writing.py": "one message that the office writes of its own accord",
    "contacts/own/bearers.py": "whether the number of a record is the one that was typed",
    "contacts/own/entering.py": "the message on the demo phone",
    "contacts/own/copying.py": "a copy for the person themselves, on record first",
    "consent/hooks.py": "the secret that a partner's system shares with us",
    "consent/evidence_files.py": "a page of signed paper or a recording, on record first",
    "contacts/keys/reindexing.py": "tags under the next index key",
    "contacts/keys/resealing.py": "the same value under a next suite",
    "contacts/offline/taking.py": "the half that opens what a device of an event sealed",
    "contacts/importing/uploading.py": "a sheet for its uploader",
    "contacts/importing/committing.py": "the rows of a sheet",
}


def sources():
    """Every module of the six floors but migrations: its path within the house and its tree."""
    for floor in FLOORS:
        for file in sorted((HOUSE / floor).rglob("*.py")):
            if "migrations" not in file.parts:
                yield str(file.relative_to(HOUSE)), file.read_text(encoding="utf-8")


def long_files(texts):
    return [name for name, text in texts if text.count("\n") > 300]


def long_functions(texts):
    found = []
    for name, text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 50:
                found.append(f"{name} {node.name}")
    return found


def long_views(texts):
    """Functions behind a door that are longer than a sentence."""
    found = []
    for name, text in texts:
        for node in ast.walk(ast.parse(text)):
            behind = isinstance(node, ast.FunctionDef) and any(
                isinstance(d, ast.Call) and getattr(d.func, "id", "").endswith("door") for d in node.decorator_list
            )
            if behind and node.end_lineno - node.lineno + 1 > 25:
                found.append(f"{name} {node.name}")
    return found


def templates():
    for file in sorted((HOUSE / "templates").rglob("*.html")):
        yield str(file.relative_to(HOUSE)), file.read_text(encoding="utf-8")


def long_templates(texts):
    return [name for name, text in texts if text.count("\n") > 140]


def without_contract(texts):
    return [name for name, text in texts if not text.startswith("{#")]


def open_includes(texts):
    """Includes that hand a part everything the page knows."""
    return [name for name, text in texts for tag in re.findall(r"{% include [^%]*%}", text) if not tag.endswith(" only %}")]


def silent(texts):
    return [name for name, text in texts if ast.get_docstring(ast.parse(text)) is None]


def openers(texts):
    found = set()
    for name, text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (
                node.module == "vault.opening" or (node.module == "vault" and "opening" in {a.name for a in node.names})
            ):
                found.add(name)
    return found


def upward(fields):
    """Keys that cross a floor upwards, or cross it with a reverse accessor."""
    bad = []
    for field in fields:
        here, there = field.model._meta.app_label, field.related_model._meta.app_label
        if here not in FLOORS or there not in FLOORS or here == there:
            continue
        if FLOORS.index(there) > FLOORS.index(here) or field.remote_field.related_name != "+":
            bad.append(str(field))
    return bad


def keys():
    return [f for m in apps.get_models() for f in m._meta.get_fields() if f.is_relation and f.concrete and f.related_model]


def test_no_file_is_longer_than_300_lines():
    assert long_files(sources()) == []
    assert long_files([("planted.py", "x = 1\n" * 301)]) == ["planted.py"]


def test_no_function_is_longer_than_50_lines():
    assert long_functions(sources()) == []
    assert long_functions([("planted.py", "def f():\n" + "    x = 1\n" * 51)]) == ["planted.py f"]


def test_a_view_is_a_sentence_of_at_most_25_lines():
    assert long_views(sources()) == []
    planted = '@door(roles=("admin",))\ndef page(request):\n' + "    x = 1\n" * 25
    assert long_views([("planted.py", planted)]) == ["planted.py page"]


def test_templates_are_short_and_open_with_their_contract():
    assert long_templates(templates()) == []
    assert without_contract(templates()) == []
    assert long_templates([("planted.html", "x\n" * 141)]) == ["planted.html"]
    assert without_contract([("planted.html", "{% extends 'base.html' %}")]) == ["planted.html"]


def test_a_part_of_a_page_gets_what_it_needs_only():
    assert open_includes(templates()) == []
    assert open_includes([("planted.html", "{% include 'a.html' with b=c %}")]) == ["planted.html"]


def test_every_column_is_labelled():
    ours = [model for model in apps.get_models() if model._meta.app_label in FLOORS]
    assert labels.unlabelled(ours) == []


def test_a_column_without_a_label_would_stop_the_site(monkeypatch):
    contact = apps.get_model("contacts", "Contact")
    monkeypatch.setattr(contact, "LABELS", {"rest": contact.LABELS["rest"]})
    found = [problem.msg for problem in labels.every_column_is_labelled()]
    assert found == [
        f"contacts.Contact.{name} has no label" for name in ("name", "company", "title", "wechat", "email", "note")
    ]
    with pytest.raises(SystemCheckError):
        call_command("check")


def test_every_module_says_what_it_is():
    assert silent(sources()) == []
    assert silent([("planted.py", "x = 1\n")]) == ["planted.py"]


def test_one_module_per_way_of_opening():
    assert openers(sources()) == set(OPENERS)
    assert openers([("planted.py", "from vault import opening\n")]) == {"planted.py"}


def test_keys_point_down_without_a_way_back():
    assert upward(keys()) == []


@pytest.mark.parametrize("floor", ["vault", "audit"])
def test_a_key_pointing_up_would_be_seen(floor):
    class Planted:
        """Looks like a key of a lower floor that points at a contact."""

        class model:
            """Its own side."""

            class _meta:
                """Its floor."""

                app_label = floor

        related_model = apps.get_model("contacts", "Contact")

        class remote_field:
            """No way back."""

            related_name = "+"

        def __str__(self):
            return "planted"

    assert upward([Planted()]) == ["planted"]
