"""Compliance's page about leaving: what leaves next and who is kept, and a few days more for one person."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from contacts import leaving_page, looking, steering, visibility
from contacts.forms.leaving import PostponeForm
from contacts.models import SweepRun
from team.doors import StaffRequest, door, not_understood

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
    until = leaving_page.horizon(window, at=at)
    people, more = leaving_page.page(until, after=after)
    kept = leaving_page.kept(until)
    shown = {card.pk: card for card in looking.at_many([*people, *(row.contact for row in kept)], by=request.user, at=at)}
    outlook = leaving_page.outlook(at=at)
    context = {
        "window": window,
        "outlook": outlook,
        "tonight": leaving_page.tonight(outlook.windows["tonight"], at=at),
        "people": [(contact, shown[contact.pk]) for contact in people],
        "kept": [(row, shown[row.contact.pk]) for row in kept],
        "next": _token(people[-1].delete_on, people[-1].pk) if more else "",
        "sweeps": SweepRun.objects.order_by("-started_at")[:10],
    }
    return render(request, "contacts/leaving/retention.html", context)


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def postpone(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A few days more for one person, once, with a reason; nobody may contact them meanwhile."""
    contact, at = visibility.one(request.user, pk, stored=True), timezone.now()
    form = PostponeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            steering.postpone(contact=contact, **form.cleaned_data, by=request.user, at=at)
        except steering.SteeringRefused as refused:
            form.add_error(None, str(refused.sentence))
        else:
            messages.success(request, _("The person leaves later. The days cannot be given a second time."))
            return redirect("retention")
    card = looking.at_one(contact, by=request.user, at=at)
    status = 400 if form.is_bound else 200
    return render(request, "contacts/leaving/postpone.html", {"form": form, "card": card}, status=status)


def _token(on: datetime, pk: UUID) -> str:
    return f"{on.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{pk}"


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    on, pk = text.split("_")
    return datetime.strptime(on, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), UUID(pk)
