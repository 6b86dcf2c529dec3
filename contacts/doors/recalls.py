"""The word that somebody withdrew, towards whom they were passed on to: compliance's page, and the recipient's link (D10)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent import partners, recalls
from consent.models import Recall
from contacts import recalling
from contacts.forms.partners import AcknowledgedForm
from team.doors import StaffRequest, door, public_door

COMPLIANCE = ("compliance",)
RATE = (30, 600)  # codes tried in ten minutes by one address


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One word that is owed, with every try to give it; compliance enters that the recipient knows. 400 for what is wrong."""
    recall = get_object_or_404(Recall.objects.select_related("partner__hook", "passing", "noted_by"), pk=pk)
    at = timezone.now()
    days = {"first": partners.today(recall.opened_at), "last": partners.today(at)}
    form = AcknowledgedForm(request.POST if request.method == "POST" else None, **days)
    if form.is_bound and form.is_valid():
        try:
            recalls.note(recall=pk, **form.cleaned_data, by=request.user, at=at)
        except recalls.RecallRefused as refused:
            form.add_error(None, str(refused.sentence))
        else:
            messages.success(request, _("Noted. This partner owes no word about this withdrawal any more."))
            return redirect("partner", recall.partner_id)
    [owed] = recalls.owed([recall], at=at)
    context = {"owed": owed, "form": form, "reached": recalling.road(recall.partner) != "nowhere"}
    return render(request, "contacts/partners/recall.html", context, status=400 if form.errors else 200)


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The recipient's page: the same for every code; a tap on it acknowledges, once. 404 for what opens nothing, or no more."""
    known = request.method == "POST" and recalls.answer(code, at=timezone.now())
    told = "asked" if request.method == "GET" else "heard" if known else "unknown"
    status = 404 if told == "unknown" else 200
    return render(request, "contacts/partners/answer.html", {"told": told}, status=status)
