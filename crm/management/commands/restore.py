"""`manage.py restore`: bring a backup back; nobody who left comes back with it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contacts import replaying
from crm.backups import bringing_back
from crm.backups.dumping import DumpRefused
from vault import envelope
from vault.errors import EnvelopeRefused


class Command(BaseCommand):
    """Replaces the databases by a backup, or proves that nobody came back and opens the site."""

    help = "Bring back a backup. The site is sealed until `restore --replay` has erased again whoever left since."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the files, --key and --replay."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="the main side, the vault's side, or both")
        parser.add_argument("--key", type=Path, metavar="FILE", help="the private half of the backup key")
        parser.add_argument("--replay", action="store_true", help="replay the erasure ledger, prove it, open the site")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, replay, or both in this order."""
        if not options["files"] and not options["replay"]:
            raise CommandError("name the files of a backup, or --replay to go on after one")
        if options["files"]:
            self._restore(options["files"], options["key"])
        if options["replay"]:
            self._replay()
        else:
            self.stdout.write("The site is sealed: nothing is served and nothing opened. Next: manage.py restore --replay")

    def _restore(self, files: list[Path], key: Path | None) -> None:
        if key is None:
            raise CommandError("--key names the file with the private half of the backup key")
        try:
            sides = bringing_back.look(files)
            bringing_back.restore(sides, private=envelope.read_line(key), at=timezone.now())
        except EnvelopeRefused as refused:
            raise CommandError(f"{bringing_back.SENTENCES[refused.code]}; nothing was changed") from None
        except bringing_back.RestoreRefused as refused:
            raise CommandError(f"{refused}; nothing was changed") from None
        except DumpRefused as refused:
            raise CommandError(
                f"the database said: {refused}; if anything was changed the site is sealed: run this again"
            ) from None
        for side, one in sides.items():
            self.stdout.write(f"restored {side:<5} as of {one.said['made_at']}")

    def _replay(self) -> None:
        try:
            done = replaying.replay(at=timezone.now())
        except replaying.NotProven as refused:
            raise CommandError(f"{refused}. The site stays sealed.") from None
        self.stdout.write(
            f"replayed {done.lines} lines: {done.erased} people erased again, {done.closed} consents closed again, "
            f"{done.suppressed} refusals changed; proven, and open"
        )
        self.stdout.write("The trail is shorter than its sealer remembers. Next: manage.py audit recover")
