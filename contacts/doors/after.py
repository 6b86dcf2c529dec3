"""After a death: what a person decides for it on their own page, and a near relative's request at the desk (K5)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from consent import arranging
from consent.arranging import ArrangementRefused, Decided
from consent.models import RightsRequest
from consent.requests.asking import RequestRefused
from contacts import relatives
from contacts.doors import requests
from contacts.doors.me import RATE, inside
from contacts.forms.after import AfterForm, ClaimForm, chosen
from contacts.models import OwnVisit
from contacts.own import page
from team.doors import StaffRequest, door, not_understood, public_door
from vault import masks

WITHOUT_FORM: dict[str, Decided | None] = {"nobody": Decided(), "back": None}
SENTENCES: dict[str, Promise] = {
    "arranged": gettext_lazy(
        "The person decided otherwise while alive. Grant what they left open, or refuse with that ground."
    ),
    "day": gettext_lazy("The day of death is after the request. Please look at the paper again."),
}


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
@inside
def own(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """Nobody, only this, or taken back: kept for every record of the person (K5)."""
    subjects, act = page.subjects_of(visit), request.POST.get("act", "")
    if act in WITHOUT_FORM:
        return _kept(request, arranging.decide(subjects, WITHOUT_FORM[act], at=timezone.now()))
    if request.method == "POST" and act != "some":
        return not_understood(request, _("Please choose one of the buttons. Nothing was changed."))
    stands = page.after_of(subjects)
    form = AfterForm(request.POST if act else None, initial=chosen(stands))
    if form.is_bound and form.is_valid():
        try:
            return _kept(request, arranging.decide(subjects, form.decided(), at=timezone.now()))
        except ArrangementRefused:
            form.put("who", masks.hide_runs(form.cleaned_data["who"]))
            form.add_error("who", _("Please leave phone numbers out of this text."))
    context = {"form": form, "stands": stands}
    return render(request, "contacts/own/after.html", context, status=400 if form.is_bound else 200)


def _kept(request: HttpRequest, records: int) -> HttpResponse:
    if records:
        messages.success(request, _("Noted. You may change it or take it back at any time."))
    else:
        messages.info(request, _("Nothing is held under this number any more."))
    return redirect("own")


@door(roles=requests.COMPLIANCE)
@require_POST
def grant(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A near relative gets what they showed the proof for, within what the person decided (K5)."""
    row, form = get_object_or_404(RightsRequest, pk=pk, kind="relative"), ClaimForm(request.POST, prefix="a")
    if not form.is_valid():
        return requests.shown(request, row, answer=form)
    told = {"shown": form.shown(), "words": form.cleaned_data["words"]}
    try:
        relatives.grant(request_id=row.pk, **told, by=request.user, at=timezone.now())
    except RequestRefused as refused:
        if refused.code not in SENTENCES:
            messages.info(request, _("This request has been decided already."))
            return redirect("requests")
        form.add_error(None, str(SENTENCES[refused.code]))
        return requests.shown(request, row, answer=form)
    messages.success(request, _("Granted, and on record with its proof. Tell the relative."))
    return redirect("requests")
