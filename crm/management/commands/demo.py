"""`manage.py demo`: fill the demo office, if it is empty."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import demo, preparing


class Command(BaseCommand):
    """Fills an empty office with made-up staff, events and people."""

    help = "Fill the demo office with 6 staff, 4 events and made-up people, if nobody works here yet (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --people."""
        parser.add_argument("--people", type=int, default=2000, help="how many people (default 2000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and say so."""
        if options["people"] < 1:
            raise CommandError("--people needs a number from 1 on.")
        if not settings.DEMO:
            raise CommandError("This is no demo office: YUNNUO_DEMO is off, and production never has one.")
        preparing.prepare(at=timezone.now())
        made = demo.fill(people=options["people"], at=timezone.now())
        self.stdout.write("The demo office is ready." if made else "The office is not empty; nothing was added.")
