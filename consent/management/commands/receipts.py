"""`manage.py receipts`: make the key that signs receipts, check a receipt as the public page does, or write them all out."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import System
from consent.receipts import going_out, signed
from vault import signing
from vault.errors import KeyringRefused


class Command(BaseCommand):
    """Makes a key and prints its public line, checks a file, or writes every receipt into a folder."""

    help = (
        "Make the key that signs receipts (--new-key), check a receipt (FILE), or write every receipt this house can give into "
        "a folder (--out DIR); receipts-import takes them in again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --new-key, FILE, and where to write receipts in which form."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE.json", help="a receipt to be checked")
        parser.add_argument("--new-key", action="store_true", help="make the signing key, print its public line, and stop")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="write receipts into this folder, which must be empty or new"
        )
        parser.add_argument("--form", choices=("27560", "kantara"), default="27560", help="in which form (default: 27560)")
        parser.add_argument("--language", choices=("zh-Hans", "en"), default="zh-Hans", help="in which language")
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; exit non-zero with one sentence for whatever is not genuine."""
        try:
            if options["new_key"]:
                made = signing.create(Path(settings.RECEIPT_KEY_FILE), signing.receipts_name())
                self.stdout.write(made.verifier.line())
            elif options["file"]:
                self._check(options["file"])
            elif options["out"]:
                self._write(options)
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

    def _write(self, options: dict[str, Any]) -> None:
        folder: Path = options["out"]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandError(_("The folder is not empty; nothing was written."))
        form = "iso" if options["form"] == "27560" else "kantara"
        told = {"form": form, "language": options["language"], "limit": options["limit"], "site": _site()}
        count = 0
        for name, data in going_out.files(**told, by=System("receipts"), at=timezone.now()):
            (folder / name).write_bytes(data)
            count += 1
        self.stdout.write(_("Receipts written: %(count)s") % {"count": count})


def _site() -> str:
    """This site under the first of its names, as notices are found there."""
    names = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    return f"https://{names[0]}/" if names else "http://127.0.0.1:8000/"
