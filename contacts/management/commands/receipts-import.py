"""`manage.py receipts-import`: take receipts in from files, each with a verdict."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import Actor, System
from consent.receipts import signed
from contacts import receipts_in
from contacts.models import Event
from team.models import User


class Command(BaseCommand):
    """Judges as the page does; prints a line for each file, never what stands in it."""

    help = (
        "Take receipts (ISO/IEC TS 27560 or Kantara, as this program writes them) in as proof. Only what a trusted key signed "
        "is taken; a no in it is heard, a yes opens nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file or folder, the event they came by, and how to look first."""
        parser.add_argument("place", type=Path, metavar="FILE|DIR", help="a receipt, or a folder of *.json")
        parser.add_argument("--event", required=True, metavar="CODE", help="code of the event by which they came")
        parser.add_argument("--by", metavar="USERNAME", help="who of compliance brings them in")
        parser.add_argument("--dry-run", action="store_true", help="judge every file, keep nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, take in unless dry, and print what became of each."""
        event = Event.objects.filter(code=options["event"]).first()
        if event is None:
            raise CommandError(_("There is no event with this code."))
        verdicts = receipts_in.take(
            _files(options["place"]), event=event, by=_by(options["by"]), at=timezone.now(), dry=options["dry_run"]
        )
        for verdict in verdicts:
            told = f"{verdict.file}: {verdict.word}: {verdict.sentence}"
            self.stdout.write(f"{told} ({verdict.member})" if verdict.member else told)
        counts = receipts_in.counted(verdicts)
        self.stdout.write(json.dumps(counts) if options["json"] else " · ".join(f"{w} {n}" for w, n in counts.items()))


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    try:
        for path in sorted(place.glob("*.json")) if place.is_dir() else [place]:
            with path.open("rb") as file:
                yield path.name, file.read(signed.LONGEST + 1)
    except OSError as error:
        raise CommandError(_("Cannot use %(file)s: %(why)s") % {"file": error.filename, "why": error.strerror}) from None


def _by(username: str | None) -> Actor:
    if username is None:
        return System("receipts")
    user = User.objects.filter(username=username, role="compliance", is_active=True).first()
    if user is None:
        raise CommandError(_("Nobody of compliance has this name."))
    return user
