"""A whole office for the browser: `manage.py run` in a folder of its own, and Chromium to visit it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from crm.management.commands.shots import FLAGS

HOUSE = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory):
    """The environment of the office: a folder of its own."""
    return os.environ | {"YUNNUO_VAR": str(tmp_path_factory.mktemp("office"))}


@pytest.fixture(scope="session")
def seal(surroundings):
    """Seals the trail at once, rather than within the minute; answers what the command said."""
    command = [sys.executable, str(HOUSE / "manage.py"), "seal"]
    return lambda: subprocess.run(command, cwd=HOUSE, env=surroundings, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="session")
def office(surroundings):
    """The address of a running demo office on SQLite; ends with Ctrl-C, as its user would end it."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("the browser visits one office, in the round on SQLite")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    port = free_port()
    command = [sys.executable, str(HOUSE / "manage.py"), "run", "--port", str(port)]
    site = subprocess.Popen(command, cwd=HOUSE, env=surroundings, stdout=subprocess.PIPE, text=True)
    assert "Yunnuo is at" in site.stdout.readline()
    address = f"http://127.0.0.1:{port}"
    _wait_for(address)
    yield address
    site.send_signal(signal.SIGINT)
    assert site.wait(timeout=30) == 0


def _wait_for(address):
    for _try in range(100):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site did not answer")


@pytest.fixture(scope="package")
def driver(office):
    """Playwright for these tests alone: while it stands an event loop runs, in which Django lets nobody touch a database."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def chromium(driver):
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()
