"""Compliance's page of canaries: plant one, see who touched which, say that it was looked at (I12)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from contacts import canaries, canary_page
from contacts.forms.canaries import CanaryForm
from contacts.models import Canary
from team.doors import StaffRequest, door

COMPLIANCE = ("compliance",)


@door(roles=COMPLIANCE, second_factor=True, rate=(20, 3600))
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """Every canary with what touched it, and the form to plant another."""
    form, at = CanaryForm(request.POST if request.method == "POST" else None), timezone.now()
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            canaries.plant(event=told["event"], name=told["name"], number=told["number"], by=request.user, at=at)
        except canaries.CanaryRefused as refused:
            form.add_error("number" if refused.code == "known" else "event", str(canary_page.SENTENCES[refused.code]))
        else:
            messages.success(request, _("Planted. It leaves within a week like whoever does not confirm."))
            return redirect("canaries")
    context = {"form": form, "rows": canary_page.rows(by=request.user, at=at)}
    return render(request, "contacts/canaries/page.html", context, status=400 if form.errors else 200)


@door(roles=COMPLIANCE, second_factor=True)
@require_POST
def look(request: StaffRequest, pk: UUID) -> HttpResponse:
    """What touched this canary was looked at; the first page is quiet again until the next touch."""
    canaries.look(subject=get_object_or_404(Canary, pk=pk).pk, by=request.user, at=timezone.now())
    return redirect("canaries")
