"""What every test shares: one clock, quick passwords, and which tests belong to which round."""

import sqlite3
from contextlib import closing

import pytest
import time_machine
from django.db import connections
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as searching

from tests import house, rounds
from tests.audit import cleaning
from vault import restoration, signing

cleaning.install()
# How slow this machine is just now says nothing of what is proven.
searching.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
searching.load_profile("house")


def pytest_addoption(parser):
    """The long way through the proofs and the drills: `manage.py test --full`."""
    parser.addoption("--full", action="store_true", help="every cell, every string, every kill; everything in both rounds")
    parser.addoption("--drills", action="store_true", help="every drill whole: two hundred kills each, as --full does")


def pytest_configure(config):
    config.addinivalue_line("markers", "full: one of many of its kind; runs with --full only")
    config.addinivalue_line(
        "markers", "once: asks nothing that another database answers differently; the round on SQLite runs it"
    )


def pytest_collection_modifyitems(config, items):
    """Take out what does not run in this round; the next function says how many and why."""
    asked = [item for item in items if not (config.getoption("--drills") and item.nodeid.startswith("tests/drills/"))]
    out = {} if config.getoption("--full") else {item: why for item in asked if (why := rounds.out(item))}
    config.stash[rounds.LEFT_OUT] = list(out.values())
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=list(out))


def pytest_report_collectionfinish(config):
    return rounds.lines(config.stash.get(rounds.LEFT_OUT, []))


def pytest_sessionfinish(session, exitstatus):
    """A round from which everything asked for was left out, and said so, has not failed."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(rounds.LEFT_OUT, []):
        session.exitstatus = pytest.ExitCode.OK


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """A world waits in an open transaction while others are tested, on a slow machine for minutes: no server ends it."""
    for named in connections.settings.values():
        if patience := named["OPTIONS"].get("options"):
            named["OPTIONS"]["options"] = f"{patience} -c idle_in_transaction_session_timeout=0"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """As pytest-django's; both sides are copied into files before anybody writes, where they are SQLite's."""
    folder = tmp_path_factory.mktemp("migrated")
    with django_db_blocker.unblock():
        for alias, name in (("default", "yunnuo.sqlite3"), ("vault", "vault.sqlite3")):
            if connections[alias].vendor == "sqlite":
                connections[alias].ensure_connection()
                with closing(sqlite3.connect(folder / name)) as file:
                    connections[alias].connection.backup(file)
    return folder


@pytest.fixture(scope="session")
def migrated(django_db_setup):
    """A folder with both sides as the migrations leave them, for processes with an office of their own; empty on PostgreSQL."""
    return django_db_setup


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Argon2 is slow on purpose; six accounts a story need not be."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def no_rest():
    """The office of the stories rests neither at midday nor at weekends; tests/consent/test_limits.py has the office that does."""
    with override_settings(CALL_REST=(0, 0), CALL_DAYS="every"):
        yield


@pytest.fixture(autouse=True)
def open_site():
    """A process looks once whether its site is sealed; here it has looked, so that no test pays for the first look."""
    restoration._seen["sealed"] = False
    yield
    restoration._seen["sealed"] = False


@pytest.fixture(autouse=True)
def noon():
    """Every test begins at the same noon, whatever the clock on the wall says, and time goes on from there."""
    with time_machine.travel(house.NOON, tick=True):
        yield


@pytest.fixture(autouse=True)
def chinese():
    """A page in English leaves its language with the thread; the next test begins in Chinese, as the office does."""
    translation.activate("zh-hans")


@pytest.fixture
def receipt_key(settings, tmp_path):
    """A key of this test's own that signs receipts, copies and defence files."""
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    return signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())
