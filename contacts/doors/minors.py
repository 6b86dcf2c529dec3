"""The list of people under age: one asks with a reason, another opens it for an hour, and each look is on record (C12)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import verbs
from contacts import minors, minors_looks
from contacts.forms.ages import ReasonForm
from team.doors import StaffRequest, door, not_understood

COMPLIANCE = ("compliance",)
EITHER = ("compliance", "admin")  # who decides is shown nobody


@door(roles=EITHER)
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """Ask with a reason; what waits for a second person; whether the list is open. 400 without a reason."""
    at, form = timezone.now(), ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            minors_looks.ask(reason=form.cleaned_data["reason"], by=request.user, at=at)
        except minors_looks.LookRefused as refused:
            form.add_error(None, str(refused.sentence))
        else:
            messages.success(request, _("Asked. A second person opens the list for an hour."))
            return redirect("minors")
    look = minors_looks.standing(by=request.user, at=at)
    context = {
        "form": form if request.user.role in COMPLIANCE else None,
        "waiting": [(row, verbs.reason_label(row.reason)) for row in minors_looks.waiting(at=at)],
        "look": look,
        "ends": look and look.decided_at and look.decided_at + minors_looks.OPEN,
    }
    return render(request, "contacts/people/minors.html", context, status=400 if form.errors else 200)


@door(roles=EITHER)
@require_POST
def decide(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let a colleague read the list for an hour, or not; never oneself."""
    answer = request.POST.get("answer", "")
    if answer not in ("yes", "no"):
        return not_understood(request, _("Please answer from the page. Nothing was changed."))
    try:
        minors_looks.decide(look_id=pk, yes=answer == "yes", by=request.user, at=timezone.now())
    except minors_looks.LookRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Decided."))
    return redirect("minors")


@door(roles=COMPLIANCE)
@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """Who is known to be under age, while the list is open to this reader; each look leaves its entries first."""
    try:
        people = minors.listed(by=request.user, at=timezone.now())
    except minors_looks.LookRefused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("minors")
    return render(request, "contacts/people/minors_listed.html", {"people": people})
