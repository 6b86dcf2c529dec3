"""`manage.py keyring`: see the keys, and lead each through its life; names and counts, never bytes."""

import os
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from audit.trail import System
from contacts.keys import duty, rotating, standing
from vault import keyring, rewrapping
from vault.errors import VaultError

BY = System("keyring")
WIDTH = 30
ASKED = ("purpose", "first", "kid", "rate", "gone")
DEEDS = {
    "show": gettext_lazy("every key: where it stands, how old it is, how many people need it, what comes next"),
    "add": gettext_lazy("put a new key on the ring; it waits until every worker holds it"),
    "promote": gettext_lazy("use a waiting key for whatever is new; the one before is retired and still opens"),
    "rewrap": gettext_lazy("move everybody under the keys in use; may be stopped and begun again at any moment"),
    "retire": gettext_lazy("take a waiting key off the way before it was ever used"),
    "destroy": gettext_lazy("destroy a retired key that nobody needs; its name and the day stay"),
    "doctor": gettext_lazy("look for what is wrong, and say what to do"),
}


def language() -> str:
    """Chinese where the terminal is Chinese, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if named.startswith("zh") else "en"


class Command(BaseCommand):
    """One word for each deed; every one may be interrupted and run again."""

    help = (
        "See the keys and lead them through their life. A change of key is four steps, each of which refuses to come "
        "too early: add, promote, rewrap, destroy. `keyring show` says which is next. More: docs/keys-and-backups.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the deeds, in the language of the terminal."""
        with override(language()):
            deeds = parser.add_subparsers(dest="deed", required=True, metavar="|".join(DEEDS))
            made = {name: deeds.add_parser(name, help=str(text), description=str(text)) for name, text in DEEDS.items()}
            purposes = _("kek wraps people's keys (the default), index makes search tags")
            made["add"].add_argument("purpose", nargs="?", default="kek", choices=("kek", "index", "suppress"), help=purposes)
            made["add"].add_argument("--first", action="store_true", help=_("make the keyring itself, where there is none"))
            for name in ("promote", "retire", "destroy"):
                made[name].add_argument("kid", metavar="KID", help=_("the key's name, eight characters, from keyring show"))
            made["rewrap"].add_argument("--rate", type=int, default=0, help=_("at most so many people a second; 0: no limit"))
            copies = _("a registered copy of the keyring that is destroyed too; once for each")
            made["destroy"].add_argument("--gone", action="append", default=[], metavar="NAME", help=copies)

    def handle(self, *args: Any, deed: str, **options: Any) -> None:
        """Do the deed; a refusal is a sentence and exit code 1."""
        with override(language()):
            try:
                DOORS[deed](self, **{name: options[name] for name in ASKED if name in options})
            except VaultError as refused:
                raise CommandError(str(refused)) from None

    def show(self) -> None:
        """One line for each key, and the command that comes next."""
        at = timezone.now()
        for row in standing.rows(at=at):
            count = "" if row.count is None else str(row.count)
            age = _("%d days") % row.days
            self.stdout.write(
                f"{row.kid}  {row.key.purpose:<8} {row.key.state:<10} {row.key.suite.code:<15} {age:>9} {count:>9}"
            )
            self.stdout.write(f"          {row.advice}" + (f"  →  manage.py {row.command}" if row.command else ""))
        for worker, whole in standing.workers(at=at):
            self.stdout.write(
                _("worker %s holds every key") % worker.name if whole else _("worker %s lacks keys") % worker.name
            )

    def add(self, *, purpose: str, first: bool) -> None:
        """A new key that waits; or, first of all, one for each purpose in use."""
        if first:
            keyring.first(at=timezone.now())
            self.stdout.write(_("The keyring is made. Keep a copy of it where its file is not."))
            return
        key = rotating.add(purpose, by=BY, at=timezone.now())
        self._then(_("Key %s is on the ring and waits.") % key.kid.hex(), f"keyring promote {key.kid.hex()}")

    def promote(self, *, kid: str) -> None:
        """A waiting key comes into use."""
        key = rotating.promote(_kid(kid), by=BY, at=timezone.now())
        self._then(_("Key %s is in use.") % key.kid.hex(), "keyring rewrap")

    def retire(self, *, kid: str) -> None:
        """A waiting key goes."""
        key = rotating.retire(_kid(kid), by=BY, at=timezone.now())
        self._then(_("Key %s is retired.") % key.kid.hex(), f"keyring destroy {key.kid.hex()}")

    def destroy(self, *, kid: str, gone: list[str]) -> None:
        """A retired key is no more."""
        key = rotating.destroy(_kid(kid), gone=gone, by=BY, at=timezone.now())
        self.stdout.write(_("Key %s is destroyed. What was only under it is gone for ever.") % key.kid.hex())

    def rewrap(self, *, rate: int) -> None:
        """Everybody moves; the bar grows batch by batch."""
        total, done = rotating.waiting(), {"rewrapped": 0, "reindexed": 0, "resealed": 0}
        for word, count in rotating.rewrap(by=BY, at=timezone.now(), rate=max(rate, 0)):
            done[word] += count
            if count:
                self._bar(sum(done.values()), total)
        said = _("%(rewrapped)d keys moved, %(reindexed)d people indexed anew, %(resealed)d people sealed anew.") % done
        self.stdout.write(said)
        if left := rotating.waiting():
            self._then(_("%d steps are left; others were just being used.") % left, "keyring rewrap")
        elif kept := rewrapping.in_between():
            self._then(_("%d people keep their former key too; an hour from now it can go.") % kept, "keyring rewrap")

    def doctor(self) -> None:
        """What is wrong, a line each, and exit code 1; or that all is well."""
        found = list(standing.problems(at=timezone.now()))
        for sentence in found:
            self.stdout.write(f"- {sentence}")
        if found:
            raise CommandError(_("%d things need attention.") % len(found))
        self.stdout.write(_("All is well. The next key is due on %s.") % _next_day())

    def _then(self, sentence: str, command: str) -> None:
        self.stdout.write(_("%(done)s Next: manage.py %(command)s") % {"done": sentence, "command": command})

    def _bar(self, done: int, total: int) -> None:
        """A bar in a terminal; elsewhere a line each, so that a log stays readable."""
        part = min(done / total, 1) if total else 1
        line = f"[{'#' * int(part * WIDTH):<{WIDTH}}] {done}/{total}"
        self.stderr.write(f"\r{line}" if sys.stderr.isatty() else line, ending="" if sys.stderr.isatty() and part < 1 else "\n")


DOORS: dict[str, Callable[..., None]] = {name: getattr(Command, name) for name in DEEDS}


def _kid(text: str) -> bytes:
    try:
        kid = bytes.fromhex(text)
    except ValueError:
        kid = b""
    if len(kid) != 4:
        raise CommandError(_("A key's name is eight characters, 0-9 and a-f. See: keyring show."))
    return kid


def _next_day() -> str:
    active = keyring.current().active
    return f"{min(duty.next_change(active(purpose)) for purpose in duty.ROTATED):%Y-%m-%d}"
