"""`manage.py import`: bring a sheet in from the command line, with a verdict for every row."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from audit.trail import System
from consent import partners
from contacts import events, importing
from contacts.importing import paid, uploading
from contacts.models import Event, SheetImport, SheetRow
from contacts.sheets import mapping, plan, reading, reasons
from contacts.sheets.plan import Choices, Plan
from contacts.sheets.table import ENCODINGS, Ask, SheetRefused, Table
from team.models import Book, User

CODES = Counter[tuple[str, str]]


class Command(BaseCommand):
    """Reads, judges and saves a sheet as the import's pages do; prints counts, never a number or a name."""

    help = (
        "Bring a sheet (xlsx, xls, csv) into an event. Rows with a mark of consent are saved as asserted and leave in "
        "7 days unless the person confirms; others are held for 72 hours or refused, each with its reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, the event, and the answers that the columns page asks for."""
        parser.add_argument("file", type=Path, help="the sheet")
        parser.add_argument("--event", default="", metavar="CODE", help="code of the event it comes from")
        parser.add_argument("--by", metavar="USERNAME", help="who brings it in (an advisor or lead of that event)")
        parser.add_argument(
            "--paid",
            action="store_true",
            help="it was bought, exchanged or given for something: nothing is read, a case is opened, dry run or not",
        )
        parser.add_argument(
            "--partner", default="", metavar="AGREEMENT", help="number of the agreement with the partner who passed it on"
        )
        parser.add_argument("--dry-run", action="store_true", help="judge every row, save nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on the last line")
        parser.add_argument("--encoding", choices=ENCODINGS, default="", help="if it is not found out rightly")
        parser.add_argument("--two-numbers", choices=plan.TWO, default="hold", help="cells with two numbers (default: hold)")
        parser.add_argument("--date-order", choices=plan.ORDERS[1:], default="", help="what 02/03/2026 means in this file")
        parser.add_argument("--year", type=int, default=0, help="the year of dates that have none (default: hold such rows)")
        parser.add_argument("--minguo", action="store_true", help="convert years that count from 1912")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, save unless dry, and print what became of the rows."""
        with translation.override("en"):
            if options["paid"]:
                _stop(options)
            if not options["event"]:
                raise CommandError("--event is needed: the code of the event that the people of this file come from.")
            event = _event(options["event"])
            by = _user(options["by"], event)
            book = _book(by or event.created_by, event)
            if paid.stands((by or event.created_by).pk):  # a dry run reads no more than a real one (E3)
                raise CommandError(
                    "A list that they said was paid for is being looked into. Until compliance is done they bring in no "
                    "sheet; nothing of this one was read."
                )
            source = _source(options["partner"])
            data = _bytes(options["file"])
            try:
                if options["dry_run"]:
                    facts, why = _dry(data, SheetImport(event=event, **source), book, options)
                else:
                    facts, why = _bring(data, event, by, source, options)
            except (SheetRefused, importing.UploadRefused) as refused:
                if options["json"]:
                    self.stdout.write(json.dumps({"error": str(refused)}))
                raise CommandError(f"The sheet was refused: {refused} (row {refused.row or '-'})") from None
            self._print(facts, why, as_json=options["json"])

    def _print(self, facts: dict[str, Any], why: CODES, *, as_json: bool) -> None:
        for (status, code), rows in sorted(why.items()):
            self.stdout.write(f"  {rows:>7}  {status:<8} {reasons.sentence(code)}")
        self.stdout.write("{read} read = {ready} ready + {held} held + {refused} refused; {saved} saved".format(**facts))
        if as_json:
            self.stdout.write(json.dumps(facts | {"reasons": {f"{s}:{c or 'ready'}": n for (s, c), n in sorted(why.items())}}))


def _event(code: str) -> Event:
    event = Event.objects.select_related("book", "notice_version", "created_by").filter(code=code).first()
    if event is None or event.closed_at is not None:
        raise CommandError("There is no open event with this code.")
    return event


def _user(username: str | None, event: Event) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True, role__in=("advisor", "lead")).first()
    if user is None or not events.open_to(user).filter(pk=event.pk).exists():
        raise CommandError("--by must name an advisor or a lead who works at this event.")
    return user


def _stop(options: dict[str, Any]) -> NoReturn:
    """Open a case in place of the list, dry run or not, whatever else is missing; always raises CommandError (E3)."""
    event = Event.objects.select_related("created_by").filter(code=options["event"]).first()
    by = User.objects.filter(username=options["by"], is_active=True, role__in=("advisor", "lead")).first()
    owner = by or (event.created_by if event and options["by"] is None else None)
    if owner is None:
        raise CommandError("Whose list is it? Say --by with an advisor or a lead, or --event. Nothing of it was read.")
    paid.stop(event=event, by=owner, actor=by or System("import"), at=timezone.now())
    raise CommandError(
        "A list that was paid for is not brought in. Nothing of it was read; compliance has a case to look into."
    )


def _source(agreement: str) -> dict[str, Any]:
    """Where the sheet comes from: a partner's agreement, or people met at the event."""
    if not agreement:
        return {}
    partner = partners.sources().filter(agreement=agreement).first()
    if partner is None:
        raise CommandError("No partner of the register passes people on under this agreement.")
    return {"provenance": SheetImport.Provenance.PARTNER, "partner": partner}


def _book(user: User, event: Event) -> Book:
    found = events.book_for(user, event)
    if found is None:
        raise CommandError("Whoever brings it in has no book for these people; say --by, or open a book first.")
    return found


def _bytes(file: Path) -> bytes:
    try:
        data = file.read_bytes() if file.stat().st_size <= settings.MAX_UPLOAD_BYTES else None
    except OSError as bad:
        raise CommandError(f"The file cannot be read: {bad.strerror}.") from None
    if data is None:
        raise CommandError("The file is larger than 20 MB.")
    return data


def _plan(table: Table, options: dict[str, Any]) -> Plan:
    """The columns as guessed and the answers as given; without a name and a number column nothing is read."""
    roles = mapping.guess(table.header, table.head.hidden)
    if mapping.problems(roles, len(table.header)):
        raise importing.UploadRefused("mapping")
    choices = Choices(options["two_numbers"], options["date_order"], options["year"], options["minguo"])
    return Plan(roles, choices, confirmed=True)


def _dry(data: bytes, sheet: SheetImport, book: Book, options: dict[str, Any]) -> tuple[dict[str, Any], CODES]:
    name, ask = options["file"].name, Ask(encoding=options["encoding"])
    chosen = _plan(reading.read(data, name, ask, keep=0), options)
    why = importing.judgement(data, name, ask, plan=chosen, sheet=sheet, book=book, at=timezone.now())
    counts: Counter[str] = Counter()
    for (status, _code), rows in why.items():
        counts[status] += rows
    words = {status: counts[status] for status in ("ready", "held", "refused")}
    return {"read": counts.total(), **words, "saved": 0, "dry_run": True}, why


def _bring(
    data: bytes, event: Event, by: User | None, source: dict[str, Any], options: dict[str, Any]
) -> tuple[dict[str, Any], CODES]:
    """The same four steps as on the pages: upload, confirm, check, save."""
    actor, at, name = by or System("import"), timezone.now(), options["file"].name
    chosen = _plan(reading.read(data, name, Ask(encoding=options["encoding"]), keep=0), options)
    user = by or event.created_by
    told = {"encoding": options["encoding"], "actor": actor} | source
    sheet = uploading.upload(data=data, name=name, event=event, by=user, at=at, **told)
    importing.remap(sheet=sheet, roles=chosen.roles, choices=chosen.choices, encoding=sheet.encoding, by=user, at=at)
    sheet = importing.check(sheet.pk, at=at)
    if sheet.state == SheetImport.State.FAILED:
        raise importing.UploadRefused(sheet.problem)
    importing.begin(sheet=sheet, deed="commit", by=actor, at=timezone.now())
    sheet = importing.commit(sheet.pk, by=actor, at=timezone.now())
    pairs = SheetRow.objects.filter(sheet=sheet).order_by().values_list("status", "reason")
    facts = {"read": sheet.read, "ready": sheet.ready, "held": sheet.held, "refused": sheet.refused}
    return facts | {"saved": sheet.done, "dry_run": False, "import": str(sheet.pk)}, Counter(pairs.iterator())
