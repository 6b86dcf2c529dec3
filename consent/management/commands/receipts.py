"""`manage.py receipts`: make the key that signs receipts, or check a receipt as the public page does."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from consent.receipts import signed
from vault import signing
from vault.errors import KeyringRefused


class Command(BaseCommand):
    """Makes a key and prints its public line, or checks a file."""

    help = "Make the key that signs receipts (--new-key), or check a receipt (FILE)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --new-key and FILE."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE.json", help="a receipt to be checked")
        parser.add_argument("--new-key", action="store_true", help="make the signing key, print its public line, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; exit non-zero with one sentence for whatever is not genuine."""
        try:
            if options["new_key"]:
                made = signing.create(Path(settings.RECEIPT_KEY_FILE), signing.receipts_name())
                self.stdout.write(made.verifier.line())
            elif options["file"]:
                self._check(options["file"])
            else:
                self.stdout.write(signing.receipts().verifier.line())
        except OSError as error:
            raise CommandError(_("Cannot use %(file)s: %(why)s") % {"file": error.filename, "why": error.strerror}) from None
        except KeyringRefused as refused:
            raise CommandError(str(refused)) from None

    def _check(self, path: Path) -> None:
        found = signed.check(path.read_bytes())
        if found.receipt is None:
            raise CommandError(_("NOT GENUINE: %(word)s") % {"word": found.word})
        self.stdout.write(_("Genuine: %(id)s, %(time)s") % {"id": found.receipt.receipt_id, "time": found.receipt.created})
