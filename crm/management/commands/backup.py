"""`manage.py backup`: both databases into files that only somebody elsewhere can open."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consent import evidence_files
from consent.erasure_ledger import LedgerRefused
from consent.stores import chosen
from crm.backups import taking
from crm.backups.bringing_back import SENTENCES
from crm.backups.dumping import DumpRefused
from vault import envelope
from vault.errors import EnvelopeRefused


class Command(BaseCommand):
    """Takes a backup, makes the pair of keys for it, or forgets old ones."""

    help = "Back up both databases, each into its own file, encrypted to a public key: this server cannot read them again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --out, --new-key and --prune."""
        parser.add_argument("--out", metavar="DIR", type=Path, default=Path("backups"), help="where the files go")
        parser.add_argument(
            "--new-key", metavar="FILE", type=Path, help="make a pair: the private half goes into FILE, then off"
        )
        parser.add_argument("--prune", action="store_true", help="delete what is older than its days in DIR, take nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One of the three, with a line for each file."""
        if options["new_key"]:
            self._new_key(options["new_key"])
            return
        try:
            if options["prune"]:
                for path in taking.prune(options["out"], at=timezone.now()):
                    self.stdout.write(f"deleted {path.name}")
                return
            for one in taking.take(options["out"], recipient=taking.recipient(), at=timezone.now()):
                self.stdout.write(f"{one.path}  {one.size:>12,} B  sha256 {one.sha256}")
        except EnvelopeRefused as refused:
            raise CommandError(SENTENCES[refused.code]) from None
        except (DumpRefused, LedgerRefused, OSError) as refused:
            raise CommandError(f"no backup was made: {refused}") from None
        if files := evidence_files.count():
            where = chosen.store().where
            self.stdout.write(f"Files of evidence are not in it: {files} in {where}, closed. Copy them beside it.")
        self.stdout.write("Carry the two files away by two different roads; keep neither with the keyring or the private key.")

    def _new_key(self, path: Path) -> None:
        public, private = envelope.new_pair()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}; a key is never written over") from None
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(private + "\n")
        self.stdout.write(f"The private half is in {path}: carry it off this server, twice, and delete it here.")
        self.stdout.write(f"YUNNUO_BACKUP_RECIPIENT={public}")
