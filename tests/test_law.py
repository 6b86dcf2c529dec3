"""docs/law.md tells the truth: what it names exists, what the code cites stands in it, and nothing stands twice."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
FLOORS = ("vault", "audit", "team", "consent", "contacts", "crm")
LAST = {"A": 10, "B": 13, "C": 15, "D": 12, "E": 11, "F": 5, "G": 5, "H": 14}
LAST |= {"I": 16, "J": 7, "K": 7, "L": 10, "M": 3, "N": 6, "O": 4}
REQUIREMENTS = {f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)}
ID = re.compile(r"\b([A-O][1-9][0-9]?)\b")
CITED = re.compile(
    r"\((?:[^()]*?; )?((?:[A-P][1-9][0-9]?(?:, | and | to )?)+)\)|[Ss]erves ((?:[A-P][1-9][0-9]?(?:, | and | to )?)+)"
)


def text():
    return (HOUSE / "docs" / "law.md").read_text(encoding="utf-8")


def rows(law):
    """The rows of its tables: the ids, and what stands between backticks."""
    for line in law.splitlines():
        if line.startswith("| ") and ID.match(line[2:]):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield ID.findall(cells[0]), re.findall(r"`([^`]+)`", line)


def later(law):
    """The ids under the last heading."""
    return ID.findall(law.split("## Not yet")[1])


def tests():
    """Every test function of the house, nested ones too."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (HOUSE / "tests").rglob("test_*.py")]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def missing(law):
    """What the tables name and nobody finds."""
    known = tests()
    named = [name for _ids, names in rows(law) for name in names]
    return [name for name in named if not ((HOUSE / name).exists() if "/" in name else name in known)]


def docstrings():
    for floor in FLOORS:
        for file in (HOUSE / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                    yield f"{file.relative_to(HOUSE)} {getattr(node, 'name', '')}", ast.get_docstring(node) or ""


def cited(words):
    """The ids a docstring cites: `(A6)`, `(D2, D3)`, `Serves J1, J2`."""
    return {name for found in CITED.findall(words) for name in re.findall(r"[A-P][0-9]+", "".join(found))}


def test_every_file_and_test_named_exists():
    assert sum(len(names) for _ids, names in rows(text())) > 100
    assert missing(text()) == []


@pytest.mark.parametrize("planted", ["`consent/nowhere.py`", "`test_nobody_wrote_this`"])
def test_a_file_or_test_that_is_not_there_would_be_seen(planted):
    assert missing(text() + f"\n| A1 | what | {planted} |\n") == [planted.strip("`")]


def test_every_requirement_stands_once_built_in_part_or_not_yet():
    told = Counter([name for ids, _names in rows(text()) for name in ids] + later(text()))
    assert {name: count for name, count in told.items() if count > 1} == {}
    assert set(told) == REQUIREMENTS


def test_every_built_row_names_a_file_and_a_test():
    for ids, names in rows(text()):
        files = [name for name in names if "/" in name and not name.startswith("tests/")]
        assert (bool(files), len(names) > len(files)) == (True, True), ids


def test_every_id_the_code_cites_is_known_and_built():
    built = {name for ids, _names in rows(text()) for name in ids}
    found = {(place, name) for place, words in docstrings() for name in cited(words)}
    assert len(found) > 100
    assert {(place, name) for place, name in found if name not in built} == set()


def test_a_cited_id_is_recognised():
    assert cited("Somebody leaves (J1, J2). Serves A6, D2 and H1.") == {"J1", "J2", "A6", "D2", "H1"}
    assert cited("Grade A; 27560; level L4 of nothing") == set()
