"""Compliance's page for receipts that come from elsewhere: look first, then take in; a verdict for each (N1)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consent.models import KeptReceipt
from consent.receipts import arriving, signed
from contacts import receipts_in
from contacts.forms.receipts import ReceiptForm
from team.doors import StaffRequest, door

LATEST = 20


@door(roles=("compliance",), rate=(60, 3600))
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """Judge a file, and take in what is ready when asked to; keys that are trusted, and what was taken in lately."""
    form = ReceiptForm(request.POST, request.FILES) if request.method == "POST" else ReceiptForm()
    verdicts, dry = None, "take" not in request.POST
    if form.is_bound and form.is_valid():
        file, event = form.cleaned_data["receipt"], form.cleaned_data["event"]
        files = [(str(file.name)[:80], bytes(file.read(signed.LONGEST + 1)))]
        verdicts = receipts_in.take(files, event=event, by=request.user, at=timezone.now(), dry=dry)
    context = {
        "form": form,
        "verdicts": verdicts,
        "counts": receipts_in.counted(verdicts or []),
        "dry": dry,
        "keys": arriving.trusted(),
        "latest": KeptReceipt.objects.select_related("taken_by").order_by("-taken_at")[:LATEST],
    }
    return render(request, "contacts/receipts/page.html", context, status=400 if form.errors else 200)
