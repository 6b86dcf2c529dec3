"""`run`: one line, a child that ends is said aloud, and whoever asks it to end leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crm.servers import children

HOUSE = Path(__file__).resolve().parents[2]
NAMES = ("the task worker", "the clock", "the web server")
# A house with two children that only sleep; it says their ids, then waits as `run` does.
SLEEPERS = """
import multiprocessing, sys, time, django
django.setup()
from crm.servers import children
def say():
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)
children.heed()
sys.exit(children.keep(dict.fromkeys(("one", "two"), lambda: time.sleep(60)), ready=say) or 0)
"""


@pytest.fixture(autouse=True)
def own_signals():
    """Waiting changes what signals do; afterwards they do what they did."""
    before = {asked: signal.getsignal(asked) for asked in children.ASKED}
    yield
    for asked, handler in before.items():
        signal.signal(asked, handler)


@pytest.mark.parametrize("name", NAMES)
def test_a_child_that_ends_by_itself_is_named_and_the_others_end(name):
    work = {other: lambda: time.sleep(60) for other in NAMES} | {name: lambda: None}
    assert children.keep(work, ready=lambda: None) == name
    assert active_children() == []


def test_a_worker_that_fell_once_begins_anew_and_the_site_never_noticed(tmp_path):
    """The disk may be full for a moment; that is no reason to take the site down."""
    begun = tmp_path / "begun"

    def worker():
        with begun.open("a") as file:
            file.write("x")
        if len(begun.read_text()) > 2:
            os.kill(os.getppid(), signal.SIGTERM)  # the third time we have seen enough
        else:
            sys.exit(1)
        time.sleep(60)

    children.heed()
    work = {"the web server": lambda: time.sleep(60), "the task worker": worker}
    assert (children.keep(work, ready=lambda: None), begun.read_text()) == ("", "xxx")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_asks_it_to_end_leaves_nobody_behind_and_no_word(tmp_path, asked, whole_group, deaf):
    """Ctrl-C reaches a group, `kill` one process; a shell starts what runs in the background deaf to Ctrl-C."""
    named = {"PATH": os.environ["PATH"], "YUNNUO_VAR": str(tmp_path), "YUNNUO_ENV_FILE": os.devnull}
    house = subprocess.Popen(
        [sys.executable, "-c", SLEEPERS],
        cwd=HOUSE,
        env=named | {"DJANGO_SETTINGS_MODULE": "crm.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if deaf else None,
    )
    pids = [int(word) for word in house.stdout.readline().split()]
    assert [alive(pid) for pid in pids] == [True, True]
    (os.killpg if whole_group else os.kill)(house.pid, asked)
    said = house.communicate(timeout=30)
    assert (house.returncode, said, [alive(pid) for pid in pids]) == (0, ("", ""), [False, False])


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused_with_a_sentence(port):
    with pytest.raises(CommandError, match="from 1 to 65535"):
        call_command("run", port=port)
