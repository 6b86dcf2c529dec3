"""`manage.py run`: everything on one machine: databases, keyring, demo office, tasks, web server."""

import socket
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import demo, preparing
from crm.servers import children


class Command(BaseCommand):
    """Prepares what is missing, then serves until Ctrl-C."""

    help = "Start Yunnuo on this machine: migrate, create a development keyring, fill the demo office, run tasks and the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --port."""
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start the children, wait; Ctrl-C at any moment ends it without a word."""
        port = options["port"]
        _refuse_busy(port)
        children.heed()
        try:
            preparing.prepare(at=timezone.now())
            if settings.DEMO:
                demo.fill(people=2000, at=timezone.now())
            self._sweep()
            self._seal()
            self._serve(port)
        except KeyboardInterrupt:
            return

    def _serve(self, port: int) -> None:
        if ended := children.keep(children.works(port), ready=lambda: self._greet(port)):
            raise CommandError(f"Yunnuo stopped, because {ended} ended by itself.")

    def _greet(self, port: int) -> None:
        """The one line of a start."""
        line = f"Yunnuo is at http://127.0.0.1:{port}/"
        if settings.DEMO:
            line += f"  demo sign-ins: li wu chen zhao sun, password {demo.password()}"
        self.stdout.write(line)
        self.stdout.flush()

    def _sweep(self) -> None:
        """The first sweep at once; a brake that stops it is told, and the site starts all the same."""
        try:
            call_command("sweep", stdout=StringIO())
        except CommandError as refused:
            self.stderr.write(str(refused))

    def _seal(self) -> None:
        """The first seal at once; a sealer that must not sign says why, and the site starts all the same."""
        try:
            call_command("seal", stdout=StringIO())
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
