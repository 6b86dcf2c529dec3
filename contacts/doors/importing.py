"""The import's pages: upload, columns, verdicts, progress, error sheet, stop and undo."""

import csv
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import Task
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from consent import partners
from consent.models import Partner
from contacts import events, importing, looking, tasks
from contacts.forms.importing import MappingForm, RowsForm, UploadForm, WayForm, way
from contacts.importing import agreements, paid, sample, uploading
from contacts.models import SheetImport
from contacts.sheets import plan
from contacts.sheets.table import Table
from team.doors import StaffRequest, door
from team.models import User

USERS = ("advisor", "lead")
State = SheetImport.State
WAITING = (State.UPLOADED, State.CHECKED)
BUSY = (State.CHECKING, State.COMMITTING, State.UNDOING)
RING: dict[str, "Task[Any, Any]"] = {
    State.CHECKING: tasks.check_sheet,
    State.COMMITTING: tasks.commit_sheet,
    State.UNDOING: tasks.undo_sheet,
}
PROBLEMS: dict[str, Promise] = {
    "empty": gettext_lazy("The file is empty."),
    "ending": gettext_lazy("The file is not what its name says. Please save it as xlsx, xls or csv and try again."),
    "unreadable": gettext_lazy("The file cannot be read as a sheet."),
    "encrypted": gettext_lazy("The file is locked with a password. Please save it without one."),
    "bomb": gettext_lazy("The file unpacks to far more than it should; it was not opened."),
    "heavy": gettext_lazy("The file takes more time or memory than a sheet should. Please split it."),
    "macros": gettext_lazy("The file has macros or links to other files. Please save it without them."),
    "encoding": gettext_lazy("The file cannot be read in this encoding. Please choose another, or save it as UTF-8."),
    "quotes": gettext_lazy("A quotation mark that opens in row %(row)s is never closed. Please correct the file."),
    "no_header": gettext_lazy("Row %(row)s should name the columns but holds somebody's data. Please add a row of headings."),
    "duplicate_header": gettext_lazy("Two columns have the same heading. Please rename one of them."),
    "no_rows": gettext_lazy("The sheet has a heading but no rows."),
    "too_many": gettext_lazy("The sheet has more than 100,000 rows. Please split it."),
    "mapping": gettext_lazy("Please say which column is the name and which the mobile number, each column once."),
    "state": gettext_lazy("This sheet has been saved already."),
    "event": gettext_lazy("This event is closed, or you are not on its staff. Nothing was saved; it can be opened again."),
    "no_book": gettext_lazy("You have no book yet; ask an administrator."),
    "paid": gettext_lazy(
        "A list that was bought, exchanged or given for something cannot be brought in: to acquire personal data so is against "
        "the law. Nothing of it was read or stored. Compliance has been told; please do not use the list."
    ),
    "case": gettext_lazy(
        "A list that you said was paid for is being looked into. Until compliance is done you bring in no sheet."
    ),
    "unknown": gettext_lazy(
        "Whoever passed this list on is not on the register of partners, so every row is held. Ask compliance to enter the "
        "partner and a second person to approve it; then bring the sheet in again and choose it."
    ),
    "waiting": gettext_lazy(
        "The partner has not been approved by a second person yet, so every row is held. Ask for it, then confirm the columns "
        "once more."
    ),
    "lapsed": gettext_lazy(
        "The agreement with the partner has lapsed, so nothing of this sheet is saved. Ask compliance to enter the new "
        "agreement; then bring the sheet in again under it."
    ),
    "ended": gettext_lazy(
        "The agreement with the partner was ended, so nothing of this sheet is saved. Ask compliance; do not use the list."
    ),
    "purged": gettext_lazy("The content of this sheet has been deleted. Please upload it again."),
}


def problem(refused: importing.UploadRefused) -> str:
    """What was wrong with a file, as a sentence."""
    return str(PROBLEMS[str(refused)]) % {"row": refused.row}


def _own(request: StaffRequest, pk: UUID) -> SheetImport:
    sheet = SheetImport.objects.select_related("event", "partner").filter(pk=pk, uploaded_by=request.user).first()
    if sheet is None:
        raise Http404
    return sheet


@door(roles=USERS, rate=(30, 3600))
@require_http_methods(["GET", "POST"])
def imports(request: StaffRequest) -> HttpResponse:
    """Upload a sheet; see one's earlier ones."""
    open_ = events.open_to(request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, events=open_, partners=_named(timezone.now()))
    if form.is_bound and form.paid:  # the yes is enough, whatever else is missing or wrong (E3)
        return redirect("import", paid.stop(event=form.named, by=request.user, at=timezone.now()).pk)
    if form.is_bound and form.is_valid():
        try:
            return redirect("import", _taken_in(form, request.user).pk)
        except importing.UploadRefused as refused:
            form.add_error(None if str(refused) in ("event", "no_book", "case") else "file", problem(refused))
    mine = SheetImport.objects.filter(uploaded_by=request.user).select_related("event").order_by("-uploaded_at")[:20]
    context = {"form": form, "sheets": mine, "open": open_.exists()}
    return render(request, "contacts/importing/list.html", context, status=400 if form.errors else 200)


def _named(at: datetime) -> list[tuple[Partner, str]]:
    """Who passes people on to us, each with what their agreement is today."""
    day, named = partners.today(at), []
    for partner in partners.sources():
        told = [partner.name, partner.agreement]
        if (standing := partners.standing(partner, on=day)) != "stands":
            told.append(str(partners.STANDINGS[standing]))
        named.append((partner, " · ".join(told)))
    return named


def _taken_in(form: UploadForm, user: User) -> SheetImport:
    """The sheet, sealed."""
    file, event = form.cleaned_data["file"], form.cleaned_data["event"]
    return importing.upload(data=file.read(), name=file.name, event=event, by=user, at=timezone.now(), **form.source)


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def sheet_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One sheet: its columns to confirm, then its verdicts, then its progress."""
    sheet = _own(request, pk)
    still = sheet.state in WAITING and paid.stands(request.user.pk)
    if not still and (sheet.state == State.UPLOADED or request.method == "POST" or "columns" in request.GET):
        return _columns(request, sheet)
    wanted = RowsForm(request.GET)
    if not wanted.is_valid():
        raise BadRequest
    if sheet.state not in BUSY:
        looking.at_sheet(sheet, by=request.user, at=timezone.now())
    context = _shown(sheet, **wanted.cleaned_data) | {"still": still}
    if still:
        context["problem"] = PROBLEMS["case"]
    status = 400 if still and request.method == "POST" else 200
    return render(request, "contacts/importing/sheet.html", context, status=status)


def _shown(sheet: SheetImport, *, status: str, reason: str, after: int | None) -> dict[str, Any]:
    """The rows that were asked for, and what else stands on the page of a sheet."""
    busy = sheet.state in BUSY
    return _progress(sheet) | {
        "reasons": [] if busy else importing.reasons_of(sheet),
        "page": None if busy else importing.page(sheet, status=status, reason=reason, after=after or 0),
        "status": status,
        "reason": reason,
        "after": after or 0,
        "problem": _failure(sheet),
        "agreement": _agreement(sheet),
        "may_undo": importing.may_undo(sheet),
    }


def _failure(sheet: SheetImport) -> str:
    return str(PROBLEMS.get(sheet.problem, "")) % {"row": "?"} if sheet.state == State.FAILED else ""


def _agreement(sheet: SheetImport) -> str:
    """Why nothing of a partner's list can be saved now, and what to do; empty once it is over, or where it can."""
    why = agreements.gap(sheet, at=timezone.now()) if sheet.state in (State.UPLOADED, State.CHECKED) else ""
    return str(PROBLEMS[why]) if why else ""


def _progress(sheet: SheetImport) -> dict[str, Any]:
    """How far the work is; of what depends on the work."""
    whole = sheet.read if sheet.state == State.CHECKING else sheet.ready
    return {"sheet": sheet, "busy": sheet.state in BUSY, "whole": max(whole, 1), "stopped": sheet.problem == "stopped"}


@door(roles=USERS)
@require_GET
def progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """How far the work is, asked once a second; when it is over, the page is asked to draw itself again."""
    sheet = _own(request, pk)
    for claimed, state in importing.claim(at=timezone.now(), sheet_id=sheet.pk):
        _ring(state, claimed)
    answer = render(request, "contacts/importing/_parts/progress.html", _progress(sheet))
    if sheet.state not in BUSY:
        answer["HX-Refresh"] = "true"
    return answer


def _columns(request: StaffRequest, sheet: SheetImport) -> HttpResponse:
    """The sample and the form; a sample read in another way is shown before it can be confirmed."""
    if sheet.file is None or sheet.state not in (State.UPLOADED, State.CHECKED):
        return redirect("import", sheet.pk)
    looking.at_sheet(sheet, by=request.user, at=timezone.now())
    table, before, error = _table(request, sheet)
    fresh = request.method == "POST" and not error and request.POST.get("seen", before) == way(table)
    known = plan.of(sheet.mapping) if way(table) == before else uploading.remembered(table, request.user, sheet.provenance)
    bound = request.POST if fresh and "redraw" not in request.POST else None
    shown = sample.shown(table, known.roles, by=request.user, at=timezone.now())
    passed_on = agreements.is_passed_on(sheet)
    form = MappingForm(bound, table=shown, plan=known, event_year=sheet.origin.held_on.year, passed_on=passed_on)
    if form.is_bound and form.is_valid() and _confirm(request, sheet, form, table):
        return redirect("import", sheet.pk)
    if request.method == "POST" and not form.is_bound and not error:
        messages.info(request, _("The sample is drawn anew. Please look at it, then confirm."))
    context = {"sheet": sheet, "form": form, "header": shown.header, "sample": shown.rows, "error": error}
    status = 400 if error or form.errors else 200
    return render(request, "contacts/importing/columns.html", context, status=status)


def _table(request: StaffRequest, sheet: SheetImport) -> tuple[Table, str, str]:
    """The first rows read as asked, else as before; the mark of how they were read before; and what went wrong."""
    stored = importing.preview(sheet)
    if request.method != "POST":
        return stored, way(stored), ""
    try:
        ask = WayForm(request.POST).ask(uploading.confirmed(sheet), request.POST)
        return importing.preview(sheet, ask), way(stored), ""
    except importing.UploadRefused as refused:
        return stored, way(stored), problem(refused)


def _confirm(request: StaffRequest, sheet: SheetImport, form: MappingForm, table: Table) -> bool:
    head = table.head
    try:
        importing.remap(
            sheet=sheet,
            roles=form.roles(),
            choices=form.choices(),
            encoding=head.encoding,
            delimiter=head.delimiter,
            worksheet=head.sheet,
            by=request.user,
            at=timezone.now(),
        )
    except importing.UploadRefused as refused:
        form.add_error(None, problem(refused))
        return False
    _ring(State.CHECKING, sheet.pk)
    return True


def _ring(state: str, pk: UUID) -> None:
    """Wake the worker; when the queue does not answer, the sheet is found by its silence later."""
    try:
        RING[state].delay(str(pk))
    except (OperationalError, OSError):
        return


@door(roles=USERS)
@require_POST
def go(request: StaffRequest, pk: UUID, deed: str) -> HttpResponse:
    """Save the ready rows, stop saving, or take them back; the work goes on when the page is closed."""
    sheet = _own(request, pk)
    states = {"commit": State.COMMITTING, "undo": State.UNDOING, "stop": ""}
    if deed not in states:
        raise Http404
    stopped = importing.hindrance(request.user, sheet.origin) or agreements.gap(sheet, at=timezone.now())
    if deed == "commit" and (why := stopped):
        messages.warning(request, str(PROBLEMS[why]))
    elif not importing.begin(sheet=sheet, deed=deed, by=request.user, at=timezone.now()):
        messages.info(request, _("This was done already, or cannot be done any more."))
    elif states[deed]:
        _ring(states[deed], sheet.pk)
    return redirect("import", sheet.pk)


@door(roles=USERS)
@require_GET
def errors(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Every row that was not taken whole, with its number in the sheet and why; no value of anybody."""
    sheet = _own(request, pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rows-not-taken.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([_("Row"), _("Verdict"), _("Why")])
    for number, verdict, why in importing.not_taken(sheet):
        writer.writerow([number, literal(verdict), literal(why)])
    return answer


def literal(text: str) -> str:
    """Text that no spreadsheet takes for a formula (row 76)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "|", "%", "=", "+", "-", "@")) else text
