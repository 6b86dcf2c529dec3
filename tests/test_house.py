"""What the import linter cannot see: keys point down, files stay short, few modules open a number."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

HOUSE = Path(__file__).resolve().parent.parent
FLOORS = ("vault", "audit", "team", "consent", "contacts", "crm")
OPENERS = {
    "contacts/masking.py": "a page of masks",
    "contacts/reveal.py": "one number for one person",
    "contacts/dial.py": "one number for the telephone line",
    "contacts/search.py": "comparing hits of four digits",
    "contacts/intake/visiting.py": "a code for the person themselves",
    "contacts/intake/inviting.py": "one invitation",
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
