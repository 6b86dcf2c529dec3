"""The pages of one sweep: what it would do, who lets it, how far it is, who left and why."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from contacts import brakes, certificates, nightly, steering, sweep_page, tasks
from contacts.forms.leaving import ApprovalForm
from contacts.models import SweepRun
from team.doors import StaffRequest, door, not_understood
from vault import horizon

COMPLIANCE = ("compliance",)
EITHER = ("compliance", "admin")  # the second pair of eyes needs no name and no number
SHOWN = 500


@door(roles=EITHER)
@require_GET
def page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One sweep: what it waits for, how far it is, who left and why, without a name."""
    run = get_object_or_404(SweepRun, pk=pk)
    departures = list(run.departures.order_by("rule", "subject_id").select_related("event")[:SHOWN])
    codes = certificates.codes([row.subject_id for row in departures])
    context = {
        "work": sweep_page.of(run, by=request.user),
        "departures": [(row, codes.get(row.subject_id)) for row in departures],
        "certificate": certificates.code_of(run),
        "irrecoverable": horizon.of(run.started_at),
    }
    return render(request, "contacts/leaving/sweep.html", context)


@door(roles=EITHER)
@require_GET
def progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """How far it is, asked again every second; tells the page to come back whole once it is over."""
    work = sweep_page.of(get_object_or_404(SweepRun, pk=pk), by=request.user)
    answer = render(request, "contacts/leaving/_parts/work.html", {"work": work})
    if not work.busy:
        answer["HX-Refresh"] = "true"
    return answer


@door(roles=COMPLIANCE, rate=(10, 600))
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """Sweep now instead of tonight; the work goes on when the page is left (J1)."""
    at = timezone.now()
    try:
        run = nightly.plan(by=request.user, at=at, period=nightly.open_night(at))
    except brakes.SweepRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("retention")
    if run is None:
        return redirect("retention")
    _ring()
    return redirect("sweep", run.pk)


@door(roles=COMPLIANCE)
@require_POST
def look_ahead(request: StaffRequest) -> HttpResponse:
    """Lay tonight's sweep on the table, to be approved before it is due (J7)."""
    try:
        run = steering.look_ahead(by=request.user, at=timezone.now())
    except steering.SteeringRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("retention")
    return redirect("sweep", run.pk)


@door(roles=EITHER)
@require_POST
def approve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One voice for the count that was looked at; with the last one needed the sweep may begin (J7)."""
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return not_understood(request, _("Please approve from the sweep's page. Nothing was changed."))
    try:
        run = steering.approve(run_id=pk, **form.cleaned_data, by=request.user, at=timezone.now())
    except steering.SteeringRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("sweep", pk)
    if run.state == SweepRun.State.PLANNED:
        _ring()
        messages.success(request, _("Approved. The sweep begins when its time has come."))
    else:
        messages.success(request, _("Approved by you. It waits for one more person."))
    return redirect("sweep", pk)


@door(roles=EITHER)
@require_POST
def pause(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Stop after the batch at work."""
    return _steered(request, pk, steering.pause)


@door(roles=EITHER)
@require_POST
def go_on(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let a paused sweep go on."""
    return _steered(request, pk, steering.go_on)


def _ring() -> None:
    """Wake the worker; when the queue does not answer, the next tick finds the run (design, rule 4)."""
    with suppress(OperationalError, OSError):
        tasks.sweep.delay()


def _steered(request: StaffRequest, pk: UUID, deed: steering.Deed) -> HttpResponse:
    try:
        run = deed(run_id=pk, by=request.user, at=timezone.now())
    except steering.SteeringRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("sweep", pk)
    if run.state == SweepRun.State.PLANNED:
        _ring()
    return redirect("sweep", pk)
