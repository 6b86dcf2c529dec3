"""Two sites under gunicorn, ours and the floor, each with one worker; asked over one connection that stays open."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, connections

from bench import clock
from vault.models import Worker

WAIT = 60  # seconds for a site to answer for the first time
HEADERS = {"Host": "127.0.0.1"}


class Site:
    """One running site: ask it for pages, and what CPU it has used, PostgreSQL's share included."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until it answers."""
        self._process, self._cookies = process, dict[str, str]()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._wait()

    def enter(self, session: str) -> None:
        """Be somebody who is signed in."""
        self._cookies[settings.SESSION_COOKIE_NAME] = session

    def get(self, path: str) -> str:
        """The page at this address."""
        return self._ask("GET", path, None)

    def post(self, path: str, words: dict[str, str]) -> str:
        """The answer to this form, sent with the token of the page before."""
        token = self._cookies.get(settings.CSRF_COOKIE_NAME, "")
        return self._ask("POST", path, urlencode(words | {"csrfmiddlewaretoken": token}))

    def cpu(self) -> float:
        """Seconds of CPU of the server and its worker, and of every process of the database but the one that measures."""
        return sum(map(clock.process, [*clock.children(self._process.pid), *_databases()]))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        headers = HEADERS | {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.split(";")[0]
        if answer.status not in (200, 302, 303):
            raise SystemExit(f"bench: {path} answered {answer.status}")
        return page

    def _wait(self) -> None:
        until = time.monotonic() + WAIT
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self._ask("GET", "/healthz", None)
                return
            except (OSError, http.client.HTTPException):
                self._line.close()
                time.sleep(0.2)
        raise SystemExit("bench: a site does not start")


def _databases() -> list[int]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            [[one.settings_dict["NAME"] for one in connections.all()]],
        )
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def both() -> Iterator[tuple[Site, Site]]:
    """Ours and the floor, on ports of their own, ended with the block."""
    with ExitStack() as stack:
        ours = stack.enter_context(_serve("crm.wsgi", "crm.settings"))
        floor = stack.enter_context(_serve("bench.wsgi", "bench.bare_settings"))
        yield ours, floor
    Worker.objects.all().delete()  # they are gone: no change of keys need wait for them


@contextmanager
def _serve(module: str, settings: str) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    command += ["--log-level", "error", "--no-control-socket", "--keep-alive", "60"]
    named = os.environ | {"DJANGO_SETTINGS_MODULE": settings}
    process = subprocess.Popen(command, env=named, stderr=subprocess.DEVNULL)
    try:
        yield Site(port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)
