"""The file comes in: read once to see that it is a sheet, then sealed under a key of its own."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from audit import trail
from contacts.models import Event, SheetImport
from contacts.sheets import mapping, reading
from contacts.sheets.reading import SheetRefused, Table
from team.models import User
from vault import opening, persons, sealing

KEEP = timedelta(hours=72)


class UploadRefused(Exception):
    """The file or the mapping cannot be used; the code names why."""


def upload(*, data: bytes, name: str, event: Event, by: User, at: datetime) -> SheetImport:
    """Keep a sheet sealed for 72 hours at most, with a guessed mapping; serves E1. Raises UploadRefused."""
    try:
        table = reading.read(data, name)
    except SheetRefused as refused:
        raise UploadRefused(str(refused)) from refused
    pk = uuid4()
    persons.make_keys([pk], at=at)
    with transaction.atomic():
        trail.record("import.uploaded", by=by, at=at, subject=pk, numbers=[len(table.rows)])
        return SheetImport.objects.create(
            pk=pk,
            event=event,
            uploaded_by=by,
            uploaded_at=at,
            file=sealing.seal_bytes(data, field_id="contacts.sheet.file", row=pk, owner=pk),
            file_name=sealing.seal_text(name[:200], field_id="contacts.sheet.name", row=pk, owner=pk),
            encoding=table.encoding,
            delimiter=table.delimiter,
            mapping=mapping.guess(table.header),
            state=SheetImport.State.UPLOADED,
            purge_on=at + KEEP,
        )


def preview(sheet: SheetImport) -> Table:
    """The sheet as a table, opened in memory for its uploader and for the check."""
    data, name = opening.open_one(sheet.file), opening.open_one(sheet.file_name)
    return reading.read(bytes(data), str(name), encoding=sheet.encoding, delimiter=sheet.delimiter)  # type: ignore[arg-type]


def remap(*, sheet: SheetImport, roles: dict[str, int], encoding: str, by: User, at: datetime) -> None:
    """Confirm what each column is and how the file is written. Raises UploadRefused."""
    if sheet.state not in (SheetImport.State.UPLOADED, SheetImport.State.CHECKED):
        raise UploadRefused("state")
    if encoding and encoding in reading.ENCODINGS and sheet.encoding:
        sheet.encoding = encoding
    try:
        table = preview(sheet)
    except SheetRefused as refused:
        raise UploadRefused(str(refused)) from refused
    if mapping.problems(roles, len(table.header)):
        raise UploadRefused("mapping")
    sheet.mapping, sheet.state = roles, SheetImport.State.CHECKING
    sheet.save(update_fields=["mapping", "encoding", "state"])
