"""The file comes in: read once to see that it is a sheet, then sealed under a key of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from audit import trail
from audit.trail import Actor
from consent.models import Partner
from contacts.importing import landing, paid
from contacts.models import Event, SheetImport
from contacts.sheets import mapping, plan, reading
from contacts.sheets.plan import Choices, Plan
from contacts.sheets.reading import Sheet
from contacts.sheets.table import ENCODINGS, Ask, SheetRefused, Table
from team.models import User
from vault import opening, persons, sealing

KEEP = timedelta(hours=72)
SAMPLE = 6
State = SheetImport.State


class UploadRefused(Exception):
    """The file or the mapping cannot be used; the code names why, `row` where, if that is known."""

    def __init__(self, code: str, row: int = 0) -> None:
        """Keep the code and the row's number."""
        super().__init__(code)
        self.row = row


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except SheetRefused as refused:
        raise UploadRefused(str(refused), refused.row) from None


def upload(
    *,
    data: bytes,
    name: str,
    event: Event,
    by: User,
    at: datetime,
    encoding: str = "",
    actor: Actor | None = None,
    provenance: str = SheetImport.Provenance.OWN,
    partner: Partner | None = None,
) -> SheetImport:
    """Keep a sheet sealed for 72 hours at most, with a guessed mapping; serves E1. Raises UploadRefused.

    `provenance` is where its uploader says it comes from, `partner` who of the register passed it on, if anybody did.
    """
    if why := landing.hindrance(by, event):
        raise UploadRefused(why)
    with _refusals():
        table = reading.read(data, name, Ask(encoding=encoding), keep=0)
    pk = uuid4()
    persons.make_keys([pk], at=at)
    with transaction.atomic():
        trail.record("import.uploaded", by=actor or by, at=at, subject=pk, numbers=[table.count])
        return SheetImport.objects.create(
            pk=pk,
            provenance=provenance,
            partner=partner,
            event=event,
            uploaded_by=by,
            uploaded_at=at,
            file=sealing.seal_bytes(data, field_id="contacts.sheet.file", row=pk, owner=pk),
            file_name=sealing.seal_text(name[:200], field_id="contacts.sheet.name", row=pk, owner=pk),
            encoding=table.head.encoding,
            delimiter=table.head.delimiter,
            sheet=table.head.sheet,
            mapping=remembered(table, by, provenance).stored(),
            state=State.UPLOADED,
            read=table.count,
            purge_on=at + KEEP,
        )


def remembered(table: Table, user: User, provenance: str) -> Plan:
    """What this user last confirmed for the same header of the same kind, or a guess; to be confirmed either way."""
    digest = mapping.digest(table.header)
    known = SheetImport.objects.filter(uploaded_by=user, mapping__choices__header=digest, mapping__choices__confirmed=True)
    known = known.filter(provenance=provenance)
    last = known.order_by("-uploaded_at").values_list("mapping", flat=True).first()
    if last is None:
        return Plan(mapping.guess(table.header, table.head.hidden), header=digest)
    before = plan.of(last)
    return Plan(before.roles, Choices(before.choices.two, before.choices.order), digest)


@contextmanager
def reopened(sheet: SheetImport, ask: Ask | None = None) -> Iterator[Sheet]:
    """The sheet, opened in memory and read row by row. Raises SheetRefused."""
    data, name = _opened(sheet)
    with reading.opened(data, name, ask or confirmed(sheet)) as found:
        yield found


def preview(sheet: SheetImport, ask: Ask | None = None) -> Table:
    """The sheet's head and its first rows, for its uploader; not while a case of theirs stands (E3). Raises UploadRefused."""
    if paid.stands(sheet.uploaded_by_id):
        raise UploadRefused("case")
    data, name = _opened(sheet)
    with _refusals():
        return reading.read(data, name, ask or confirmed(sheet), keep=SAMPLE)


def _opened(sheet: SheetImport) -> tuple[bytes, str]:
    if sheet.file is None:
        raise UploadRefused("purged")
    data, name = opening.open_one(sheet.file), opening.open_one(sheet.file_name)
    return bytes(data), str(name)  # type: ignore[arg-type]


def confirmed(sheet: SheetImport) -> Ask:
    """How this sheet is read, as it stands with it."""
    return Ask(sheet.encoding, sheet.delimiter, sheet.sheet, plan.roles(sheet.mapping))


def remap(
    *,
    sheet: SheetImport,
    roles: dict[str, int],
    encoding: str,
    by: User,
    at: datetime,
    delimiter: str = "",
    worksheet: str = "",
    choices: Choices | None = None,
) -> None:
    """Confirm what each column is and how the file is written; nothing is saved without it. Raises UploadRefused."""
    if sheet.state not in (State.UPLOADED, State.CHECKED):
        raise UploadRefused("state")
    if sheet.delimiter:
        sheet.encoding = encoding if encoding in ENCODINGS else sheet.encoding
        sheet.delimiter = delimiter or sheet.delimiter
    sheet.sheet = worksheet or sheet.sheet
    plain = plan.roles(roles)
    table = preview(sheet, Ask(sheet.encoding, sheet.delimiter, sheet.sheet, plain))
    if mapping.problems(plain, len(table.header)):
        raise UploadRefused("mapping")
    sheet.mapping = Plan(plain, choices or Choices(), mapping.digest(table.header), True).stored()
    sheet.read, sheet.done, sheet.heartbeat = table.count, 0, at
    _move(sheet)


def _move(sheet: SheetImport) -> None:
    """On to the check, unless somebody has moved the sheet in the meantime."""
    kept = {name: getattr(sheet, name) for name in ("mapping", "encoding", "delimiter", "sheet", "read", "done", "heartbeat")}
    before = sheet.state
    sheet.state = State.CHECKING
    if not SheetImport.objects.filter(pk=sheet.pk, state=before).update(state=State.CHECKING, problem="", **kept):
        raise UploadRefused("state")
