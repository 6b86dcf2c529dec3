"""Which tests run in which round. Everything runs on SQLite; what speaks to the database runs on PostgreSQL again.

`--full` lets everything run in both rounds, with every cell, every string and every kill.
"""

from collections import Counter

import pytest
from django.conf import settings

LEFT_OUT = pytest.StashKey[list[str]]()
FULL = "one of many of its kind (--full runs them)"
ONCE = "asks nothing that another database answers differently (the round on SQLite runs them)"

# Folders and files that the round on PostgreSQL leaves out, each with the reason.
ONLY_ON_SQLITE = {
    "tests/test_house.py": "reads the source",
    "tests/test_law.py": "reads the source",
    "tests/test_words.py": "reads the source",
    "tests/browser/": "looks at pages",
    "tests/crm/test_face.py": "looks at pages",
    "tests/crm/test_queue_files.py": "the queue in files",
    "tests/consent/test_rules.py": "rules of the gate, which know no database",
    "tests/consent/test_states.py": "a table of states, read from memory",
    "tests/audit/test_verbs.py": "words of the trail",
    "tests/vault/test_keyring.py": "a file that is read and written",
    "tests/vault/test_masks.py": "masks of numbers and names",
    "tests/vault/test_roots.py": "a root asked over HTTP",
    "tests/contacts/test_sheet_reading.py": "files that become rows in memory",
    "tests/contacts/test_sheet_dates.py": "days in a sheet",
    "tests/contacts/test_sheet_crash.py": "its killed workers keep files of their own",
    "tests/badinput/test_04_days.py": "days that are none",
    "tests/badinput/test_05_addresses.py": "addresses, refused before a query is asked",
    "tests/badinput/test_05_forms.py": "bodies that are no form",
    "tests/badinput/test_05_sessions.py": "methods, hosts, cookies",
    "tests/proofs/test_matrix_lapsed.py": "what a page shows",
}


def out(item: pytest.Item) -> str:
    """Why this test does not run in this round; empty when it does."""
    if item.get_closest_marker("full"):
        return FULL
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    once = item.get_closest_marker("once") or item.nodeid.startswith(tuple(ONLY_ON_SQLITE))
    return ONCE if on_postgresql and once else ""


def lines(left_out: list[str]) -> list[str]:
    """One plain line for each reason to leave tests out."""
    return [f"Not in this round: {count} tests, each {why}" for why, count in Counter(left_out).items()]
