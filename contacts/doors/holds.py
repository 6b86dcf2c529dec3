"""The pages of legal holds: one places, another approves, two lift, and each case is looked at again in time (J2)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts import hold, looking, visibility
from contacts.forms.leaving import HoldForm, ReviewForm
from contacts.models import LegalHold
from contacts.nights import OFFICE
from team.doors import StaffRequest, door, not_understood

COMPLIANCE = ("compliance",)
EITHER = ("compliance", "admin")  # the second pair of eyes needs no name and no number
SHOWN = 50


@door(roles=EITHER)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """All standing holds with what each waits for, and those that were lifted."""
    at = timezone.now()
    standing = list(hold.standing().select_related("placed_by", "approved_by", "lift_asked_by").order_by("review_on"))
    people = visibility.visible(request.user, stored=True).filter(pk__in=[row.subject_id for row in standing])
    shown = {card.pk: card for card in looking.at_many(list(people), by=request.user, at=at)}
    lifted = LegalHold.objects.filter(lifted_at__isnull=False).select_related("lift_asked_by", "lifted_by")
    today = at.astimezone(OFFICE).date()
    context = {
        "standing": [(row, shown.get(row.subject_id)) for row in standing],
        "lifted": lifted.order_by("-lifted_at")[:SHOWN],
        "today": today,
        "form": ReviewForm(None, today=today),
    }
    return render(request, "contacts/leaving/holds.html", context)


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def place(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Place a hold on one person: case, reason, scope, review date (J2)."""
    contact, at = visibility.one(request.user, pk, stored=True), timezone.now()
    form = HoldForm(request.POST if request.method == "POST" else None, today=at.astimezone(OFFICE).date())
    if request.method == "POST" and form.is_valid():
        hold.place(contact=contact, **form.cleaned_data, by=request.user, at=at)
        messages.success(request, _("The hold stands, and no sweep passes it. A second person must approve it."))
        return redirect("holds")
    card = looking.at_one(contact, by=request.user, at=at)
    status = 400 if form.is_bound else 200
    return render(request, "contacts/leaving/place_hold.html", {"form": form, "card": card}, status=status)


@door(roles=EITHER)
@require_POST
def approve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Stand for a hold that somebody else placed."""
    return _deed(request, pk, hold.approve, _("Approved."))


@door(roles=COMPLIANCE)
@require_POST
def renew(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The case goes on; the next review is set."""
    today = timezone.now().astimezone(OFFICE).date()
    form = ReviewForm(request.POST, today=today)
    if not form.is_valid():
        return not_understood(request, _("Choose a date within the next 90 days."))
    try:
        hold.renew(hold_id=pk, **form.cleaned_data, by=request.user, at=timezone.now())
    except hold.HoldRefused as refused:
        raise Http404 from refused
    messages.success(request, _("Reviewed. The hold goes on."))
    return redirect("holds")


@door(roles=COMPLIANCE)
@require_POST
def ask_to_lift(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Say that the case is closed; a second person lifts the hold."""
    return _deed(request, pk, hold.ask_to_lift, _("The hold stands until a second person lifts it."))


@door(roles=EITHER)
@require_POST
def lift(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lift a hold that somebody else asked to lift; the person then leaves when their time is over."""
    return _deed(request, pk, hold.lift, _("The hold is lifted. The next sweep decides."))


def _deed(request: StaffRequest, pk: UUID, deed: hold.Deed, done: str) -> HttpResponse:
    try:
        deed(hold_id=pk, by=request.user, at=timezone.now())
    except hold.HoldRefused as refused:
        if refused.code != "same_person":
            raise Http404 from refused
        messages.error(request, _("You cannot be the second person; ask a colleague."))
    else:
        messages.success(request, done)
    return redirect("holds")
