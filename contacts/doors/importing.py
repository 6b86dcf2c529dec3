"""The import's pages: upload, columns, verdicts, progress, error sheet, undo."""

import csv
from typing import Any
from uuid import UUID

from celery import Task
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts import events, importing, tasks
from contacts.forms.importing import MappingForm, UploadForm
from contacts.importing.committing import may_undo
from contacts.models import SheetImport, SheetRow
from contacts.sheets.verdict import REASONS
from team.doors import StaffRequest, door

USERS = ("advisor", "lead")
State = SheetImport.State
PROBLEMS: dict[str, Promise] = {
    "empty": gettext_lazy("The file is empty."),
    "ending": gettext_lazy("The file is not what its name says. Please save it as xlsx, xls or csv and try again."),
    "unreadable": gettext_lazy("The file cannot be read as a sheet."),
    "bomb": gettext_lazy("The file unpacks to far more than it should; it was not opened."),
    "macros": gettext_lazy("The file has macros or links to other files. Please save it without them."),
    "encoding": gettext_lazy("The file is in an unknown encoding. Please save it as UTF-8."),
    "duplicate_header": gettext_lazy("Two columns have the same heading. Please rename one of them."),
    "no_rows": gettext_lazy("The sheet has a heading but no rows."),
    "too_many": gettext_lazy("The sheet has more than 100,000 rows. Please split it."),
    "mapping": gettext_lazy("Please say which column is the name and which the mobile number, each column once."),
    "state": gettext_lazy("This sheet has been saved already."),
}


def _own(request: StaffRequest, pk: UUID) -> SheetImport:
    sheet = SheetImport.objects.select_related("event").filter(pk=pk, uploaded_by=request.user).first()
    if sheet is None:
        raise Http404
    return sheet


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def imports(request: StaffRequest) -> HttpResponse:
    """Upload a sheet; see one's earlier ones."""
    open_ = events.visible(request.user).filter(closed_at__isnull=True).order_by("-held_on")
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, events=open_)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = importing.upload(
                data=file.read(),
                name=file.name,
                event=form.cleaned_data["event"],
                by=request.user,
                at=timezone.now(),
            )
            return redirect("import", sheet.pk)
        except importing.UploadRefused as refused:
            form.add_error("file", str(PROBLEMS[str(refused)]))
    mine = SheetImport.objects.filter(uploaded_by=request.user).select_related("event").order_by("-uploaded_at")[:20]
    return render(
        request,
        "contacts/importing/list.html",
        {"form": form, "sheets": mine},
        status=400 if form.errors else 200,
    )


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def sheet_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One sheet: its columns to confirm, then its verdicts, then its progress."""
    sheet = _own(request, pk)
    if sheet.state == State.UPLOADED or request.method == "POST" or "columns" in request.GET:
        return _columns(request, sheet)
    status = request.GET.get("status", "")
    rows = SheetRow.objects.filter(sheet=sheet)
    shown = rows.filter(status=status) if status in SheetRow.Status.values else rows
    context = {
        "sheet": sheet,
        "rows": [(row, REASONS.get(row.reason, row.reason)) for row in shown.order_by("number")[:200]],
        "status": status,
        "busy": sheet.state in (State.CHECKING, State.COMMITTING, State.UNDOING),
        "may_undo": may_undo(sheet),
    }
    return render(request, "contacts/importing/sheet.html", context)


def _columns(request: StaffRequest, sheet: SheetImport) -> HttpResponse:
    if sheet.file is None or sheet.state not in (State.UPLOADED, State.CHECKED):
        return redirect("import", sheet.pk)
    table = importing.preview(sheet)
    form = MappingForm(
        request.POST if request.method == "POST" else None,
        header=table.header,
        guessed=sheet.mapping,
        initial={"encoding": sheet.encoding},
    )
    if form.is_bound and form.is_valid():
        try:
            roles, encoding = form.roles(), form.cleaned_data["encoding"]
            importing.remap(sheet=sheet, roles=roles, encoding=encoding, by=request.user, at=timezone.now())
        except importing.UploadRefused as refused:
            form.add_error(None, str(PROBLEMS[str(refused)]))
        else:
            _ring(tasks.check_sheet, sheet)
            return redirect("import", sheet.pk)
    context = {"sheet": sheet, "form": form, "header": table.header, "sample": table.rows[:6]}
    return render(request, "contacts/importing/columns.html", context, status=400 if form.is_bound else 200)


def _ring(task: "Task[Any, Any]", sheet: SheetImport) -> None:
    task.delay(str(sheet.pk))


@door(roles=USERS)
@require_POST
def go(request: StaffRequest, pk: UUID, deed: str) -> HttpResponse:
    """Save the ready rows, or take them back; the work goes on when the page is closed."""
    sheet = _own(request, pk)
    wanted = {"commit": (State.CHECKED, State.COMMITTING), "undo": (State.COMMITTED, State.UNDOING)}
    if deed not in wanted or (deed == "undo" and not may_undo(sheet)):
        raise Http404
    before, after = wanted[deed]
    if SheetImport.objects.filter(pk=sheet.pk, state=before).update(state=after):
        _ring(tasks.commit_sheet if deed == "commit" else tasks.undo_sheet, sheet)
    else:
        messages.info(request, _("This was done already."))
    return redirect("import", sheet.pk)


@door(roles=USERS)
@require_GET
def errors(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Every row that was not ready, with its number in the sheet and why; no value of anybody."""
    sheet = _own(request, pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rows-not-taken.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([_("Row"), _("Verdict"), _("Why")])
    for row in SheetRow.objects.filter(sheet=sheet).exclude(status="ready").order_by("number").iterator():
        writer.writerow([row.number, row.get_status_display(), REASONS.get(row.reason, row.reason)])
    return answer
