"""`manage.py seal`: give every new entry its place in the tree and sign the root; or make the key for it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import sealing, stored, tasks, watch
from audit.sealing import SealRefused
from vault import signing
from vault.errors import KeyringRefused

WHY = {
    "signature": gettext_lazy(
        "the newest checkpoint was not signed with this key; the database was changed, or this is another key"
    ),
    "origin": gettext_lazy("the newest checkpoint belongs to another trail: look at YUNNUO_TRAIL_ORIGIN"),
    "frontier": gettext_lazy("the newest checkpoint contradicts itself; the database was changed"),
    "memory": gettext_lazy(
        "this sealer does not remember the newest checkpoint; compare it with one that left the house, then --adopt it"
    ),
    "rollback": gettext_lazy("the database is older than what was sealed already; it was restored from a backup, or cut"),
    "fork": gettext_lazy("the database tells another history than the one that was sealed"),
    "tile": gettext_lazy("a part of the tree is gone; run: manage.py audit verify"),
    "hash": gettext_lazy("an entry was changed after it was written"),
    "queue": gettext_lazy("the queue changed while it was read"),
}


class Command(BaseCommand):
    """Seals once; the schedule or a timer calls it every minute."""

    help = "Seal the trail: every entry that waits gets its place in the tree, and the new root is signed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --new-key and --adopt."""
        parser.add_argument("--new-key", action="store_true", help="make the signing key, print its public line, and stop")
        parser.add_argument(
            "--adopt", action="store_true", help="go on from the database's newest checkpoint although nothing is remembered"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; exit non-zero with one sentence when it must not be done."""
        if options["new_key"]:
            self._make_key(Path(settings.SEALER_KEY_FILE))
            return
        at = timezone.now()
        try:
            sealer = tasks.sealer()
            count = sealing.seal(sealer, at=at, adopt=True) if options["adopt"] else 0
            watch.beat(at=at)
            count += watch.seal(sealer, at=at)
        except KeyringRefused as refused:
            raise CommandError(str(refused)) from None
        except SealRefused as refused:
            place = _(" at entry %(place)d") % {"place": refused.place} if refused.place else ""
            said = {"word": refused.word, "place": place, "why": WHY[refused.word]}
            raise CommandError(_("NOT SEALED: %(word)s%(place)s: %(why)s.") % said) from None
        self.stdout.write(ngettext("Sealed: %(count)d entry.", "Sealed: %(count)d entries.", count) % {"count": count})
        if newest := stored.newest():
            self.stdout.write(newest.note, ending="")

    def _make_key(self, path: Path) -> None:
        try:
            signer = signing.create(path, settings.TRAIL_ORIGIN)
        except OSError as error:
            raise CommandError(_("Cannot write %(file)s: %(why)s") % {"file": path, "why": error.strerror}) from None
        self.stdout.write(signer.verifier.line())
