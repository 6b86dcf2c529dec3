"""A worker killed in the middle of saving: run again, it goes on; nobody is saved twice, nobody is lost."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SEED = 20261125


def worker(var, deed):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUNNUO_")}
    env = kept | {"YUNNUO_VAR": str(var), "DATABASE_URL": "", "VAULT_DATABASE_URL": "", "YUNNUO_ENV_FILE": os.devnull}
    command = [sys.executable, "-m", "tests.contacts.crash_worker", deed]
    return subprocess.Popen(command, cwd=HOUSE, env=env, stdout=subprocess.PIPE, text=True)


def ask(var, question, file="yunnuo.sqlite3"):
    with sqlite3.connect(var / file) as books:
        return books.execute(question).fetchone()


def saved(var):
    return ask(var, "SELECT count(*) FROM contacts_contact")[0]


def killed_at(var, batches, pause):
    """Start a worker, let it begin so many batches, wait a moment, kill it; returns how it ended."""
    process = worker(var, "save")
    for _n in range(batches):
        if process.stdout.readline() != "batch\n":
            break
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    return process.wait()


@pytest.fixture(scope="module")
def sheet(tmp_path_factory, migrated):
    """A house with a sheet that is being saved, in files."""
    var = tmp_path_factory.mktemp("crash") / "house"
    shutil.copytree(migrated, var)
    assert worker(var, "prepare").wait() == 0
    return var


@pytest.fixture
def house(sheet, tmp_path):
    """A copy for each test."""
    return Path(shutil.copytree(sheet, tmp_path / "house"))


def test_killed_in_the_middle_and_run_again_nobody_is_doubled_and_nobody_is_lost(house):
    dice, seen = random.Random(SEED), [0]
    for batches in (1, 2, 2, 3):
        assert killed_at(house, batches, dice.random() / 50) == -signal.SIGKILL
        seen.append(saved(house))
    assert seen == sorted(seen)
    assert 0 < seen[-1] < 240, "the worker was killed before the end"
    assert all(count % 20 == 0 for count in seen), "a batch is one step"
    assert worker(house, "save").wait() == 0
    assert saved(house) == 240
    assert ask(house, "SELECT count(*) FROM contacts_sheetrow WHERE made") == (240,)
    assert ask(house, "SELECT count(*), count(DISTINCT contact_id) FROM contacts_phone") == (240, 240)
    assert ask(house, "SELECT state, done FROM contacts_sheetimport") == ("committed", 240)
    assert ask(house, "SELECT count(*), count(DISTINCT subject) FROM audit_entry WHERE act = 'contact.created'") == (
        240,
        240,
    )
    tags = ask(house, "SELECT count(*), count(DISTINCT tag) FROM vault_blindindex WHERE kind = 1", "vault.sqlite3")
    assert tags == (240, 240)


def test_run_once_more_nothing_changes(house):
    for _n in range(2):
        assert worker(house, "save").wait() == 0
    assert saved(house) == 240
    assert ask(house, "SELECT count(*) FROM audit_entry WHERE act = 'import.committed'") == (1,)
