"""What the page of one sheet shows: counts for each verdict and reason, and two hundred rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from contacts.models import SheetImport, SheetRow
from contacts.sheets import reasons

PAGE = 200


@dataclass(frozen=True)
class Reason:
    """One reason with the number of its rows."""

    status: str
    code: str
    sentence: str
    count: int


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the row after which the next page starts."""

    rows: list[SheetRow]
    following: int | None


def reasons_of(sheet: SheetImport) -> list[Reason]:
    """Every verdict with its reason and its count, the most frequent first."""
    counted = SheetRow.objects.filter(sheet=sheet).order_by().values_list("status", "reason").annotate(rows=Count("id"))
    found = [Reason(status, code, reasons.sentence(code), rows) for status, code, rows in counted]
    return sorted(found, key=lambda reason: (reason.status != "ready", reason.status, -reason.count, reason.code))


def page(sheet: SheetImport, *, status: str, reason: str, after: int) -> Page:
    """The rows of this verdict and reason that follow a row, by keyset."""
    rows = SheetRow.objects.filter(sheet=sheet, number__gt=after).defer("payload")
    if status:
        rows = rows.filter(status=status)
    if reason:
        rows = rows.filter(reason="" if reason == "-" else reason)
    shown = list(rows.order_by("number")[: PAGE + 1])
    for row in shown:
        row.sentence = reasons.sentence(row.reason)  # type: ignore[attr-defined]
    return Page(shown[:PAGE], shown[PAGE - 1].number if len(shown) > PAGE else None)


def not_taken(sheet: SheetImport) -> Iterator[tuple[int, str, str]]:
    """Number, verdict and reason of every row that was not taken whole, in order; no value of anybody."""
    rows: QuerySet[SheetRow] = SheetRow.objects.filter(~Q(status="ready") | ~Q(reason=""), sheet=sheet)
    for row in rows.defer("payload").order_by("number").iterator():
        yield row.number, row.get_status_display(), reasons.sentence(row.reason)
