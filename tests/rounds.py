"""Which tests run in which round. Everything runs on SQLite; what speaks to the database runs on PostgreSQL again.

`--full` lets everything run in both rounds, with every cell, every string and every kill.
"""

from collections import Counter

import pytest
from django.conf import settings

LEFT_OUT = pytest.StashKey[list[str]]()
FULL = "one of many of its kind (--full runs them)"
ONCE = "asks nothing of the database that SQLite has not answered (--full runs them here too)"

# Folders and files that the round on PostgreSQL leaves out, each with the reason.
ONLY_ON_SQLITE = {
    "tests/test_house.py": "reads the source",
    "tests/test_law.py": "reads the source",
    "tests/browser/": "looks at pages",
    "tests/consent/test_rules.py": "rules of the gate, which know no database",
}


def out(item: pytest.Item) -> str:
    """Why this test does not run in this round; empty when it does."""
    if item.get_closest_marker("full"):
        return FULL
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    return ONCE if on_postgresql and item.nodeid.startswith(tuple(ONLY_ON_SQLITE)) else ""


def lines(left_out: list[str]) -> list[str]:
    """One plain line for each reason to leave tests out."""
    return [f"Not in this round: {count} tests, each {why}" for why, count in Counter(left_out).items()]
