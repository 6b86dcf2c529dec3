"""What the documents name is there: files of the map, file and test of each threat, every decision, every command."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
DOCS = HOUSE / "docs"
NAMED = re.compile(r"`([a-z_.A-Z]+/[A-Za-z0-9_./]*|\.env\.example)`")


def missing(text):
    """The paths between backticks that lead nowhere; addresses of the site begin with a slash and do not count."""
    return [name for name in NAMED.findall(text) if name != "var/" and not (HOUSE / name).exists()]


@pytest.mark.parametrize(
    "name",
    ["README.md", "docs/map.md", "docs/threats.md", "docs/not-protected.md", "docs/keys-and-backups.md", "deploy/README.md"],
)
def test_every_file_a_document_names_is_there(name):
    text = (HOUSE / name).read_text(encoding="utf-8")
    base = HOUSE / "deploy" if name.startswith("deploy") else HOUSE
    assert [path for path in missing(text) if not (base / path).exists()] == []


def test_a_file_that_is_not_there_would_be_seen():
    assert missing("`vault/nowhere.py` and `vault/keyring.py`, `/readyz`") == ["vault/nowhere.py"]


def threats(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith(("| a ", "| an "))
    ]


def test_every_threat_names_who_the_way_what_stands_there_a_file_and_a_test():
    rows = threats((DOCS / "threats.md").read_text(encoding="utf-8"))
    assert len(rows) >= 12
    assert [row[0] for row in rows if len(row) != 5 or not all(row) or not NAMED.findall(row[3])] == []
    assert [row[0] for row in rows if not all(path.startswith("tests/") for path in NAMED.findall(row[4]) or [""])] == []


def test_every_link_of_a_document_leads_somewhere():
    for file in [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *DOCS.rglob("*.md")]:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf-8"))
        assert [link for link in links if not (file.parent / link).exists()] == [], file.name


def test_decisions_are_numbered_without_a_gap_and_each_stands_in_the_index_on_a_page_at_most():
    files = sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}[^)]+)\)", (DOCS / "adr" / "README.md").read_text(encoding="utf-8"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    assert listed == files
    assert [name for name in files if len((DOCS / "adr" / name).read_text(encoding="utf-8").splitlines()) > 60] == []


def test_the_map_shows_every_command_of_the_house():
    ours = {path.stem for path in HOUSE.glob("[a-z]*/management/commands/[a-z]*.py")}
    shown = set(re.findall(r"manage\.py ([a-z-]+)", (DOCS / "map.md").read_text(encoding="utf-8")))
    assert shown == ours | {"test"}


def test_the_readme_stays_short():
    assert len((HOUSE / "README.md").read_text(encoding="utf-8").splitlines()) <= 90
