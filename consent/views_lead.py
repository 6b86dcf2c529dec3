"""The page on which somebody is named who answers for the do-not-contact list (H8)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from consent import leading
from consent.models import ListLead
from team.doors import StaffRequest, door
from team.models import User
from vault.forms import CHOOSE, StrictForm

LATEST = 20


class LeadForm(StrictForm):
    """Whom to name."""

    person = forms.ChoiceField(label=gettext_lazy("Who answers for the list"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer compliance, but whoever asks."""
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), user.display_name) for user in leading.candidates(by=by)]
        self.fields["person"].choices = [("", CHOOSE), *people]  # type: ignore[attr-defined]


@door(roles=("compliance", "admin"))
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """Who answers now, who did before, and whom to name; 400 for somebody who cannot."""
    form = LeadForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_bound and form.is_valid():
        try:
            leading.name(person=form.cleaned_data["person"], by=request.user, at=timezone.now())
        except leading.LeadRefused as refused:
            form.add_error("person", str(refused.sentence))
        else:
            messages.success(request, _("Named. It is on record."))
            return redirect("list_lead")
    past = ListLead.objects.select_related("person", "named_by")[:LATEST]
    others = len(form.fields["person"].choices) > 1  # type: ignore[attr-defined]
    context = {"form": form, "lead": leading.current(), "others": others, "past": past}
    return render(request, "consent/list_lead.html", context, status=400 if form.errors else 200)
