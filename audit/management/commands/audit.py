"""`manage.py audit export|verify|proof|recover|redact|prune`: take the trail out, check it, prove that it only grew."""

import argparse
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import export, forms, proving, pruning, recovering, redacting, tasks, trail, verify
from audit.search import Criteria
from audit.trail import System
from vault.errors import KeyringRefused

RECOVER = {
    "whole": gettext_lazy("There is nothing to recover from: the trail continues what was sealed."),
    "memory": gettext_lazy(
        "The sealer remembers nothing here; bring its memory (YUNNUO_SEALER_STATE_FILE), or see: manage.py seal --adopt"
    ),
    "": gettext_lazy("This is no restored trail (%(word)s). Run: manage.py audit verify"),
}

PRUNE = {
    "young": gettext_lazy("Entries stay for %(days)d days at least (YUNNUO_TRAIL_KEEP_DAYS); name an earlier day."),
    "unsealed": gettext_lazy("Nothing is sealed yet. Run: manage.py seal"),
    "nothing": gettext_lazy("No 256 entries in a row are as old as that; nothing was moved."),
    "unanchored": gettext_lazy(
        "No checkpoint that covers these entries has left the house yet (YUNNUO_ANCHOR_MAIL, YUNNUO_ANCHOR_FOLDER)."
    ),
    "": gettext_lazy("The archive is not whole (%(word)s); nothing was moved. Run: manage.py audit verify"),
}


def _moment(text: str) -> datetime | date:
    try:
        moment = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write 2026-03-01 or 2026-03-01T08:00:00+08:00") from None
    if not forms.FIRST_DAY.year <= moment.year <= forms.LAST_DAY.year:
        raise argparse.ArgumentTypeError("a year from 2000 to 2999")
    return moment


class Command(BaseCommand):
    """Exports the trail to a zip, verifies such a zip or the live trail, or proves to a witness that it only grew."""

    help = (
        "Export the trail into a zip (export), check a zip or the live trail (verify), prove its growth to a witness (proof)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Six words: export, verify, proof, recover, redact and prune."""
        deeds = parser.add_subparsers(dest="deed", required=True, metavar="export|verify|proof|recover|redact|prune")
        out = deeds.add_parser("export", help="write entries into a zip: every one, or a span of time")
        out.add_argument("--from", dest="since", type=_moment, help="first day or moment, included")
        out.add_argument("--to", dest="until", type=_moment, help="last day, included; or moment, excluded")
        out.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="must not exist yet")
        proof = deeds.add_parser("proof", help="prove that the trail continues what a witness saw (offline/witness.py)")
        proof.add_argument("--old", type=int, required=True, metavar="N", help="how many entries the witness saw; 0 at first")
        deeds.add_parser("recover", help="go on under a new name after a backup was brought back")
        deeds.add_parser("redact", help="blank the entries that two people agreed to take out; their hashes stay")
        prune = deeds.add_parser("prune", help="move the oldest entries into a zip; their hashes stay")
        prune.add_argument("--before", type=date.fromisoformat, required=True, metavar="DAY", help="what is older may go")
        prune.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="must not exist yet")
        check = deeds.add_parser("verify", help="check a zip; without one, every entry in the database")
        check.add_argument("file", nargs="?", type=Path, metavar="FILE.zip")
        check.add_argument(
            "--vkey", default="", metavar="LINE", help="the key's public line, kept outside; else the bundle's own"
        )
        earlier = "a checkpoint that left the house before; may be given again"
        check.add_argument("--old-checkpoint", type=Path, action="append", default=[], metavar="FILE", help=earlier)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; exit non-zero with one plain line when it fails."""
        if options["deed"] == "export":
            self._export(options["out"], _start(options["since"]), _end(options["until"]))
        elif options["deed"] == "proof":
            self._prove(options["old"])
        elif options["deed"] == "recover":
            self._recover()
        elif options["deed"] == "redact":
            self._redact()
        elif options["deed"] == "prune":
            self._prune(options["before"], options["out"])
        else:
            self._verify(options["file"], options["vkey"], options["old_checkpoint"])

    def _export(self, path: Path, since: datetime | None, until: datetime | None) -> None:
        at = timezone.now()
        try:
            file = path.open("xb")
        except OSError as error:
            raise CommandError(_("Cannot write %(file)s: %(why)s") % {"file": path, "why": error.strerror}) from None
        try:
            with file:
                pieces = export.stream(Criteria(since=since, until=until), at=at)
                trail.record_alone("audit.exported", by=System("command"), at=at)
                file.writelines(pieces)
                os.fsync(file.fileno())
        except export.NothingSealed:
            path.unlink()
            raise CommandError(_("Nothing is sealed yet. Run: manage.py seal")) from None
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.stdout.write(_("Written: %(file)s") % {"file": path})

    def _prove(self, old: int) -> None:
        try:
            self.stdout.write(proving.growth(old=old), ending="")
        except proving.NoProof:
            raise CommandError(_("The trail has no checkpoint of as many entries.")) from None

    def _recover(self) -> None:
        try:
            following = recovering.recover(tasks.sealer(), at=timezone.now())
        except KeyringRefused as refused:
            raise CommandError(str(refused)) from None
        except recovering.RecoverRefused as refused:
            raise CommandError(RECOVER.get(refused.word, RECOVER[""]) % {"word": refused.word}) from None
        self.stdout.write(_("The trail goes on as %(origin)s. Set, on every machine:") % {"origin": following.origin})
        self.stdout.write(f"YUNNUO_TRAIL_ORIGIN={following.origin}")
        self.stdout.write(_("Tell every witness; each begins a new memory beside its old one."))

    def _redact(self) -> None:
        done = redacting.carry_out(at=timezone.now())
        told = ngettext("Taken out: the content of %(count)d entry.", "Taken out: the content of %(count)d entries.", done)
        self.stdout.write(told % {"count": done})

    def _prune(self, before: date, path: Path) -> None:
        if left := pruning.finish():
            self.stdout.write(_("Finished what an earlier run began: %(count)d entries.") % {"count": left})
        try:
            moved = pruning.prune(before=forms.day_start(before), path=path, at=timezone.now())
        except OSError as error:
            raise CommandError(_("Cannot write %(file)s: %(why)s") % {"file": path, "why": error.strerror}) from None
        except pruning.PruningRefused as refused:
            why = PRUNE.get(refused.word, PRUNE[""]) % {"word": refused.word, "days": settings.TRAIL_KEEP_DAYS}
            raise CommandError(why) from None
        told = _("Moved to %(file)s: places %(first)d to %(last)d. Keep the file, and a copy of it elsewhere.")
        self.stdout.write(told % {"file": path, "first": moved.first + 1, "last": moved.size})

    def _verify(self, path: Path | None, vkey: str, earlier: list[Path]) -> None:
        try:
            notes = tuple(file.read_text(encoding="utf-8") for file in earlier)
            found = verify.live() if path is None else verify.bundle_file(path, vkey=vkey, earlier=notes)
        except OSError as error:
            raise CommandError(_("Cannot read %(file)s: %(why)s") % {"file": error.filename, "why": error.strerror}) from None
        except verify.Broken as broken:
            place = _(" at entry %(place)d") % {"place": broken.place} if broken.place else ""
            raise CommandError(_("NOT WHOLE: %(word)s%(place)s") % {"word": broken.word, "place": place}) from None
        said = ngettext("Whole: %(count)d entry checked.", "Whole: %(count)d entries checked.", found.count)
        self.stdout.write(said % {"count": found.count})


def _start(moment: datetime | date | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return _aware(moment)
    return forms.day_start(moment)


def _end(moment: datetime | date | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return _aware(moment)
    return forms.day_start(moment + timedelta(days=1))


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return (timezone.make_aware(moment) if moment.tzinfo is None else moment).astimezone(UTC)
