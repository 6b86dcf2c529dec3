"""Complaints of whoever likes: no account, no number, nobody looked up; the answer is read by a code (K7)."""

from datetime import datetime

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
from contacts.intake import visiting
from contacts.masking import Wish, show
from team import throttle
from team.doors import client_of, public_door
from team.fields import Level

FLOOD = (120, 60)  # whatever is sent, of one address
ADDRESS = {"limit": 20, "seconds": 3600}  # complaints of one address, behind which a whole office may sit
DAY = {"limit": 300, "seconds": 86_400}  # complaints of everybody: beyond it somebody plays with the door


@public_door(rate=FLOOD)
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form; whatever is written in it, it is taken in and a page with a code comes back (K7)."""
    sent = request.POST if request.method == "POST" else None
    about = "rules" if request.GET.get("about") == "rules" else None
    form, at = ComplaintForm(sent, initial={"once": visiting.form_token(), "topic": about}), timezone.now()
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        if not (wait := _too_many(request, form, at)):
            code = strangers.complain(**form.cleaned_data, at=at)
            messages.success(request, _("Taken in. Keep the address of this page: only by it can the answer be read."))
            return redirect("complaint", code)
        status = 429
    page = render(request, "contacts/complaints/form.html", {"form": form, "today": at, "asks": about}, status=status)
    if status == 429:
        page["Retry-After"] = str(wait)
    return page


def _too_many(request: HttpRequest, form: ComplaintForm, at: datetime) -> int:
    """Seconds to wait, with a sentence beside the words that were typed, which stay; 0 where nothing is in the way."""
    one = throttle.hit(f"complaint:{client_of(request)}", **ADDRESS, at=at)
    every = throttle.hit("complaint:everybody", **DAY, at=at) if one.allowed else one
    if every.allowed:
        return 0
    hint = _("Nothing was taken in, and your words are still here: send them again later. 12377 takes complaints at any time.")
    why = (
        _("Too many complaints came by this door today.")
        if one.allowed
        else _("Too many complaints came from this connection.")
    )
    form.add_error(None, f"{why} {hint}")
    return every.retry_after


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
