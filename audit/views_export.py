"""The pages of an export: ask, watch, decide, take out. Plain functions: the roof wraps them in doors."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from audit import export as exported
from audit import exporting, reading, tasks
from audit.forms import ExportForm
from audit.models import ExportJob
from audit.views import user_of

LATEST = 30
BUSY = (ExportJob.State.APPROVED, ExportJob.State.RUNNING)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Say what is wanted and for what; below it every earlier export. 400 on a bad wish, 409 while nothing is sealed."""
    form = ExportForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    status = 200
    if form.is_bound and form.is_valid():
        named = {"purpose": form.cleaned_data["purpose"], "case_ref": form.cleaned_data["case_ref"]}
        try:
            job = exporting.ask(criteria=form.criteria(), **named, by=user_of(request), at=timezone.now())
            return redirect("audit_export_job", job.pk)
        except exported.NothingSealed:
            form.add_error(None, _("Nothing is sealed yet. Try again in a minute."))
            status = 409
    elif form.is_bound:
        status = 400
    jobs = reading.jobs(list(ExportJob.objects.order_by("-asked_at")[:LATEST]))
    return render(request, "audit/export.html", {"form": form, "jobs": jobs}, status=status)


@never_cache
@require_safe
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One export: exactly what it would take out, who decided, how far it is, and what this user may do."""
    return render(request, "audit/export_job.html", _shown(request, pk))


@never_cache
@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is, asked again every second."""
    shown = _shown(request, pk)
    answer = render(request, "audit/_parts/progress.html", shown)
    if not shown["busy"]:
        answer["HX-Refresh"] = "true"
    return answer


@never_cache
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let exactly this out, or not."""
    answer, seen = request.POST.get("answer", ""), request.POST.get("query_hash", "")
    if answer not in ("yes", "no"):
        return render(request, "400.html", status=400)
    try:
        decided = exporting.decide(job_id=pk, query_hash=seen, yes=answer == "yes", by=user_of(request), at=timezone.now())
    except exporting.ExportRefused as refused:
        messages.error(request, SENTENCES[refused.word]())
    else:
        if decided.state == ExportJob.State.APPROVED:
            _ring()
    return redirect("audit_export_job", pk)


@never_cache
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own wish back."""
    with suppress(exporting.ExportRefused):
        exporting.cancel(job_id=pk, by=user_of(request), at=timezone.now())
    return redirect("audit_export_job", pk)


@never_cache
@require_POST
def download(request: HttpRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """The zip, to whoever asked for it, while they still may; on record before its first byte."""
    at = timezone.now()
    try:
        done, pieces = exporting.hand_out(job_id=pk, by=user_of(request), at=at)
    except exporting.ExportRefused as refused:
        messages.error(request, SENTENCES[refused.word]())
        return redirect("audit_export_job", pk)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="trail-{done.asked_at:%Y%m%d-%H%M%S}.zip"'
    response["Content-Length"] = str(done.file_bytes)
    return response


SENTENCES = {
    "gone": lambda: _("This export is no longer there, or is not yours."),
    "other_query": lambda: _("This is not what was asked for. Look again; nothing was decided."),
    "same_person": lambda: _("You asked for it yourself; somebody else must decide."),
    "damaged": lambda: _("The file is not as it was written; nothing was handed out. Ask for it anew."),
    "nobody": lambda: _("Nobody is signed in."),
}


def _shown(request: HttpRequest, pk: UUID) -> dict[str, object]:
    """The export and whose turn it is; 404 for one that this user has nothing to do with."""
    found, me = get_object_or_404(ExportJob, pk=pk), user_of(request)
    mine = found.asked_by == me.pk
    if not mine and me.role == "auditor":
        raise Http404
    return {
        "job": reading.jobs([found])[0],
        "words": reading.criteria(exporting.criteria_of(found)),
        "mine": mine,
        "may_decide": not mine and found.state == ExportJob.State.ASKED and found.expires_at > timezone.now(),
        "may_cancel": mine and found.state in (*BUSY, ExportJob.State.ASKED, ExportJob.State.READY),
        "may_take": mine and found.state == ExportJob.State.READY and found.expires_at > timezone.now(),
        "busy": found.state in BUSY,
    }


def _ring() -> None:
    """Wake the worker; when the queue does not answer, the next minute finds the export."""
    with suppress(OperationalError, OSError):
        tasks.write_exports.delay()
