"""`manage.py run`: everything on one machine: databases, keyring, demo office, tasks, web server."""

import os
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import demo
from crm.servers import databases
from vault import canary, keyring

LOOK = 0.2  # seconds between two looks at the children


class Command(BaseCommand):
    """Prepares what is missing, then serves until Ctrl-C."""

    help = "Start Yunnuo on this machine: migrate, create a development keyring, fill the demo office, run tasks and the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --port."""
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start the children, wait."""
        port = options["port"]
        _refuse_busy(port)
        databases.ensure()
        keyring.ensure_development()
        call_command("migrate", database="vault", verbosity=0)
        call_command("migrate", verbosity=0)
        canary.prove(at=timezone.now())
        if settings.DEMO:
            demo.fill(people=2000, at=timezone.now())
        self._sweep()
        children = {
            "the task worker": _celery("worker", "-c", "1", "-P", "solo"),
            "the clock": _celery("beat"),
            "the web server": _server(port),
        }
        self.stdout.write(_greeting(port))
        sys.stdout.flush()
        if ended := _wait(children):
            raise CommandError(f"Yunnuo stopped, because {ended} ended by itself.")

    def _sweep(self) -> None:
        """The first sweep at once; a brake that stops it is told, and the site starts all the same."""
        try:
            call_command("sweep", stdout=StringIO())
        except CommandError as refused:
            self.stderr.write(str(refused))


def _refuse_busy(port: int) -> None:
    if not 1 <= port <= 65535:
        raise CommandError("A port is a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is in use. Try: python3 manage.py run --port {port + 1}") from None


def _celery(*words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-A", "crm", "--quiet", *words, "-l", "warning"]
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}  # whoever runs this as root knows it
    return subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, env=quiet, process_group=0)


def _server(port: int) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "crm.wsgi",
        "-b",
        f"127.0.0.1:{port}",
        "--threads",
        "8",
        "--log-level",
        "warning",
    ]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, process_group=0)


def _greeting(port: int) -> str:
    line = f"Yunnuo is at http://127.0.0.1:{port}/"
    if settings.DEMO:
        line += f"  demo sign-ins: li wu chen zhao sun, password {demo.password()}"
    return line


def _wait(children: "dict[str, subprocess.Popen[bytes]]") -> str:
    """Until a signal comes or a child ends by itself; ends all others, and names the one that ended, if any."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    # The children stand in groups of their own: Ctrl-C reaches this process only, which ends them in order.
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, stop)
    try:
        while True:
            for name, child in children.items():
                if child.poll() is not None:
                    return name
            time.sleep(LOOK)
    except KeyboardInterrupt:
        return ""
    finally:
        _end(list(children.values()))


def _end(children: "list[subprocess.Popen[bytes]]") -> None:
    """Ask every child to end, and insist after ten seconds; a second Ctrl-C does not leave one behind."""
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
