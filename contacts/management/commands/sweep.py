"""`manage.py sweep`: let everybody leave whose time is over; or, dry, say who would."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from audit.trail import System
from contacts import alarm, brakes, nightly, sweep
from contacts.sweep import Report


class Command(BaseCommand):
    """Runs the sweep that the nightly task runs."""

    help = "Erase everybody whose retention is over and who stands under no legal hold. Safe to interrupt and to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --dry-run and --at."""
        parser.add_argument("--dry-run", action="store_true", help="count who would leave, change nothing")
        parser.add_argument(
            "--at", metavar="ISO", help="sweep as of this moment, whatever the clocks say, e.g. 2026-12-31T02:00:00+08:00"
        )
        parser.add_argument(
            "--alarm", action="store_true", help="say (and mail) what keeps people from leaving, and fail if anything does"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and print one line per rule."""
        at = _moment(options["at"])
        if options["alarm"]:
            self._alarm(at)
            return
        report = sweep.preview(at=at) if options["dry_run"] else _sweep(at, chosen=options["at"] is not None)
        word = "would leave" if report.dry_run else "left"
        for rule, count in sorted(report.rules.items()):
            self.stdout.write(f"  {rule:<14} {count:>7}")
        total = report.due if report.dry_run else report.deleted
        self.stdout.write(f"{total} {word}; {report.held} kept by a hold; as of {at.isoformat()}")

    def _alarm(self, at: datetime) -> None:
        """For a clock of its own, so that a dead one does not keep silent about itself."""
        wrong = alarm.ring(at=at)
        if wrong:
            with translation.override("en"):  # as everything a command prints
                raise CommandError(" ".join(str(alarm.SENTENCES[word]) for word in wrong))
        self.stdout.write("nobody stays longer than promised")


def _sweep(at: datetime, *, chosen: bool) -> Report:
    """As of a chosen moment, or as of now with the brakes on."""
    if chosen:
        return sweep.run(by=System("sweep"), at=at)
    try:
        return nightly.now(by=System("sweep"), at=at)
    except brakes.SweepRefused as refused:
        with translation.override("en"):
            raise CommandError(str(refused.sentence)) from None


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise CommandError("--at needs a moment such as 2026-12-31T02:00:00+08:00")
    return at if at.tzinfo else timezone.make_aware(at)
