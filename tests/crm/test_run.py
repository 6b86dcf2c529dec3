"""`run`: a child that ends is said aloud, and nobody is left behind."""

import signal
import subprocess

import pytest
from django.core.management import CommandError, call_command

from crm.management.commands import run

ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def own_signals():
    """Waiting changes what signals do; afterwards they do what they did."""
    before = {asked: signal.getsignal(asked) for asked in ASKED}
    yield
    for asked, handler in before.items():
        signal.signal(asked, handler)


@pytest.mark.parametrize("name", ["the task worker", "the clock", "the web server"])
def test_a_child_that_ends_by_itself_is_named_and_the_others_end(name):
    children = {n: subprocess.Popen(["sleep", "60"]) for n in ("the task worker", "the clock", "the web server")}
    children[name].kill()
    assert run._wait(children) == name
    assert [child.poll() is None for child in children.values()] == [False] * 3


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused_with_a_sentence(port):
    with pytest.raises(CommandError, match="from 1 to 65535"):
        call_command("run", port=port)
