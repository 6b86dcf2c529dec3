"""Compliance's pages about leaving: what leaves next, the table of days, holds, and the record of sweeps."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts import brakes, cards, certificates, hold, leaving_page, retention, sweep, visibility
from contacts.forms.leaving import DaysForm, HoldForm
from contacts.models import Departure, LegalHold, RetentionRule, SweepRun
from team.doors import StaffRequest, door, not_understood
from vault import horizon

COMPLIANCE = ("compliance",)


@door(roles=COMPLIANCE)
@require_GET
def retention_page(request: StaffRequest) -> HttpResponse:
    """What leaves tonight, in 7 and in 30 days, each person with the reason (J7)."""
    at = timezone.now()
    window = request.GET.get("window", "tonight")
    try:
        after = _cursor(request.GET.get("after", ""))
    except ValueError:
        after, window = None, ""
    if window not in leaving_page.WINDOWS or set(request.GET) - {"window", "after"}:
        return not_understood(request, _("There is no such filter."))
    people, more = leaving_page.page(leaving_page.horizon(window, at=at), after=after)
    shown = cards.of(people, by=request.user, at=at)
    context = {
        "window": window,
        "outlook": leaving_page.outlook(at=at),
        "people": list(zip(people, shown, strict=True)),
        "next": _token(people[-1].delete_on, people[-1].pk) if more else "",
        "rules": RetentionRule.objects.all(),
        "sweeps": SweepRun.objects.order_by("-started_at")[:10],
    }
    return render(request, "contacts/leaving/retention.html", context)


@door(roles=COMPLIANCE)
@require_GET
def sweep_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One sweep: who left and why, without a name."""
    run = get_object_or_404(SweepRun, pk=pk)
    departures = list(Departure.objects.filter(run=run).order_by("rule", "subject_id").select_related("event")[:500])
    codes = certificates.codes([row.subject_id for row in departures])
    context = {
        "run": run,
        "departures": [(row, codes.get(row.subject_id)) for row in departures],
        "certificate": certificates.code_of(run),
        "irrecoverable": horizon.of(run.started_at),
    }
    return render(request, "contacts/leaving/sweep.html", context)


@door(roles=COMPLIANCE)
@require_POST
def change_days(request: StaffRequest) -> HttpResponse:
    """Set one line of the retention table; everybody concerned moves at once (J1, L9)."""
    form = DaysForm(request.POST)
    if not form.is_valid():
        return not_understood(
            request, _("Days must be a whole number up to 3650; 0 only where people leave at once. Nothing was changed.")
        )
    moved = retention.change_days(**form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("Changed. New end dates: %(count)s people.") % {"count": moved})
    return redirect("retention")


@door(roles=COMPLIANCE, rate=(10, 600))
@require_POST
def run_sweep(request: StaffRequest) -> HttpResponse:
    """Run the sweep now instead of tonight, and show who left and why (J1)."""
    try:
        sweep.nightly(by=request.user, at=timezone.now())
    except brakes.SweepRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("retention")
    latest = SweepRun.objects.latest("started_at")
    return redirect("sweep", latest.pk)


@door(roles=COMPLIANCE)
@require_GET
def holds_page(request: StaffRequest) -> HttpResponse:
    """All standing holds, and those that were lifted."""
    at = timezone.now()
    standing = list(LegalHold.objects.filter(lifted_at__isnull=True).select_related("placed_by").order_by("review_on"))
    people = visibility.visible(request.user).filter(pk__in=[row.subject_id for row in standing])
    shown = {card.pk: card for card in cards.of(list(people), by=request.user, at=at)}
    lifted = LegalHold.objects.filter(lifted_at__isnull=False).select_related("lifted_by").order_by("-lifted_at")
    context = {"standing": [(row, shown.get(row.subject_id)) for row in standing], "lifted": lifted[:50]}
    return render(request, "contacts/leaving/holds.html", context)


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def place_hold(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Place a hold on one person: case, reason, review date (J2)."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    form = HoldForm(request.POST if request.method == "POST" else None, today=at.astimezone(leaving_page.OFFICE).date())
    if request.method == "POST" and form.is_valid():
        hold.place(contact=contact, **form.cleaned_data, by=request.user, at=at)
        messages.success(request, _("The hold stands. No sweep passes it."))
        return redirect("holds")
    card = cards.of([contact], by=request.user, at=at)[0]
    status = 400 if form.is_bound else 200
    return render(request, "contacts/leaving/place_hold.html", {"form": form, "card": card}, status=status)


@door(roles=COMPLIANCE)
@require_POST
def lift_hold(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lift a hold; the person then leaves when their time is over."""
    try:
        hold.lift(hold_id=pk, by=request.user, at=timezone.now())
    except hold.HoldRefused as refused:
        raise Http404 from refused
    messages.success(request, _("The hold is lifted. The next sweep decides."))
    return redirect("holds")


def _token(on: datetime, pk: UUID) -> str:
    return f"{on.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{pk}"


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    on, pk = text.split("_")
    return datetime.strptime(on, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), UUID(pk)
