"""Complaints of whoever likes: no account, no number, nobody looked up; the answer is read by a code (K7)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from consent.models import StrangersComplaint
from consent.requests import strangers
from contacts.forms.complaints import ComplaintForm
from contacts.masking import Wish, show
from team.doors import public_door
from team.fields import Level

BRAKE = (20, 3600)  # of one address, behind which a whole office may sit


@public_door(rate=BRAKE)
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form; whatever is written in it, it is taken in and a page with a code comes back (K7)."""
    form, at = ComplaintForm(request.POST if request.method == "POST" else None), timezone.now()
    if form.is_bound and form.is_valid():
        code = strangers.complain(**form.cleaned_data, at=at)
        messages.success(request, _("Taken in. Keep the address of this page: only by it can the answer be read."))
        return redirect("complaint", code)
    context = {"form": form, "today": at}
    return render(request, "contacts/complaints/form.html", context, status=400 if form.is_bound else 200)


@public_door()
@never_cache
@require_GET
def read(request: HttpRequest, code: str) -> HttpResponse:
    """What was written, by when it is answered, and the answer; 404 for every code that opens nothing."""
    at = timezone.now()
    found: StrangersComplaint | None = strangers.find(code, at=at)
    if found is None:
        raise Http404
    strangers.read(found, at=at)
    words, answer = show([Wish(found.request.words, Level.CALL), Wish(found.request.answer, Level.CALL)])
    address = request.build_absolute_uri(request.path)
    context = {"complaint": found, "words": words, "answer": answer, "address": address}
    return render(request, "contacts/complaints/read.html", context)
