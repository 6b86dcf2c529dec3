"""The auditor's pages. Plain functions: the roof wraps them in the doors of the floor above."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit import anchoring, reading, stored, trail
from audit import export as exporting
from audit import search as searching
from audit.forms import RangeForm, SearchForm
from audit.models import Anchor


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show entries by criteria, fifty a page; the look itself is an entry. 400 on bad criteria."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/search.html", {"form": form}, status=400)
    criteria = form.criteria()
    trail.record_alone("audit.search", by=_user(request), at=timezone.now(), subject=criteria.subject)
    page = searching.page(criteria, before=form.cleaned_data["before"])
    context = {
        "form": form,
        "lines": reading.lines(page.entries),
        "older": form.address(page.older) if page.older else "",
        "later": bool(form.cleaned_data["before"]),
    }
    return render(request, "audit/search.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Ask for a span of days and hand out the zip; the export is recorded before its first byte.

    400 on a bad span, 409 while nothing is sealed.
    """
    form = RangeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "audit/export.html", {"form": form}, status=status)
    at = timezone.now()
    try:
        pieces = exporting.stream(form.criteria(), at=at)
    except exporting.NothingSealed:
        form.add_error(None, _("Nothing is sealed yet. Try again in a minute."))
        return render(request, "audit/export.html", {"form": form}, status=409)
    trail.record_alone("audit.exported", by=_user(request), at=at)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="trail-{at:%Y%m%d-%H%M%S}.zip"'
    return response


@never_cache
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint on a page to print, and when one left the house last."""
    seal = stored.newest()
    sent = Anchor.objects.order_by("-at_us")[:14]
    context = {"seal": seal, "vkey": anchoring.vkey(seal) if seal else "", "sent": sent}
    return render(request, "audit/checkpoint.html", context)


def _user(request: HttpRequest) -> Any:
    """Whoever the door let in."""
    return request.user
