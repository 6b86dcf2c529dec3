"""The help behind `?`: every key that a page or the script listens to stands in one register, and nothing else does."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from crm import shortcuts
from tests import house

MARK = re.compile(r'(?:data-key|data-press|accesskey)="?([^" >]+)|<kbd>([^<{]+)</kbd>')
PRESSED = re.compile(r'e\.key(?:\.toLowerCase\(\))? === "([^"]+)"')
STEPS = re.compile(r"\{ (Arrow\w+): 1, (Arrow\w+): -1 \}")
WRITTEN = {"k": "⌘K", "ArrowDown": "↓", "ArrowUp": "↑", "{{": "1–9"}  # a loop's counter presses the figures


def listed():
    return {key for _title, keys in shortcuts.GROUPS for one in keys for key in one.keys}


def heard():
    """What the templates mark and the script compares with, as it is written on the keys."""
    root = Path(settings.BASE_DIR)
    pages = "".join(path.read_text() for path in sorted((root / "templates").rglob("*.html")))
    script = "".join(path.read_text() for path in sorted((root / "static").glob("*.js")))
    keys = {one or other for one, other in MARK.findall(pages)} | set(PRESSED.findall(script))
    keys |= {key for pair in STEPS.findall(script) for key in pair}
    return {WRITTEN.get(key, key) for key in keys}


def test_every_key_that_is_heard_is_listed_and_every_key_listed_is_heard():
    assert len(heard()) > 10, "the scan finds what there is"
    assert heard() == listed() - {"Ctrl K"}  # the same key as ⌘K on another keyboard


def test_no_key_does_two_things():
    keys = [key for _title, group in shortcuts.GROUPS for one in group for key in one.keys]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize(("name", "hears"), [("chen", "accept skip"), ("li", "new"), ("sun", "")])
def test_the_help_tells_each_role_the_keys_of_its_own_pages(client, name, hears):
    home = house.build()
    client.force_login(getattr(home, name))
    with override("en"):
        page = client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    told = re.findall(r"<dd>([^<]+)</dd>", page.split('id="help"')[1])
    assert {word: word in told for word in ("accept", "skip", "new")} == {
        word: word in hears.split() for word in ("accept", "skip", "new")
    }
