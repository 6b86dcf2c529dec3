"""`manage.py bench`: what the promises cost, as ratios against plain tables, on throw-away databases."""

import os
import subprocess
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.servers import postgres

LEAST = 200


class Command(BaseCommand):
    """Measures on SQLite, then on a throw-away PostgreSQL where the machine has one; touches no installation."""

    help = (
        "Measure pages, vault, trail and sweep beside the same work over plain tables, in one run, and print one table of "
        "ratios: on SQLite, then on PostgreSQL. Uses databases of its own, which it takes down again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --people."""
        parser.add_argument("--people", type=int, default=1000, help="how many made-up people (default 1000, least 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        """One round for each database."""
        people = options["people"]
        if people < LEAST:
            raise CommandError(f"--people needs at least {LEAST}, so that there is a list to measure.")
        self._round("SQLite", people, {})
        binaries = postgres.find()
        if binaries is None:
            self.stdout.write("PostgreSQL: skipped, this machine has none.")
            return
        with postgres.throw_away(binaries) as url:
            self._round("PostgreSQL", people, {"DATABASE_URL": url})

    def _round(self, name: str, people: int, urls: dict[str, str]) -> None:
        """In a process and a folder of its own, without the settings of an installation."""
        self.stdout.write(f"\n== {name}, {people} people ==")
        self.stdout.flush()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("YUNNUO_")}
        bare = dict.fromkeys(("DATABASE_URL", "VAULT_DATABASE_URL", "REDIS_URL"), "")
        with tempfile.TemporaryDirectory(prefix="yunnuo-bench-") as var:
            named = bare | {"YUNNUO_VAR": var, "YUNNUO_ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "crm.settings"}
            command = [sys.executable, "-m", "bench", "--people", str(people)]
            if subprocess.run(command, cwd=settings.BASE_DIR, env=kept | named | urls).returncode:
                raise CommandError(f"The round on {name} did not end.")
