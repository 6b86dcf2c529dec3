"""Compliance's desk over all books: refusals that came back, and people in more than one book; seen, not merged."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from consent import leading
from consent.models import Suppression
from contacts import overlap
from team.doors import StaffRequest, door

PLACES = frozenset({"returned", "shared"})
NEWEST = 10


@door(roles=("compliance",))
@require_GET
def overlap_page(request: StaffRequest) -> HttpResponse:
    """Who was refused and came back, and who stands in several books; the look itself is on record."""
    if set(request.GET) - PLACES:
        return HttpResponseBadRequest(_("There is no such filter."))
    user, at = request.user, timezone.now()
    try:
        returned = overlap.returned(by=user, at=at, after=request.GET.get("returned", ""))
        shared = overlap.shared(by=user, at=at, after=request.GET.get("shared", ""))
    except overlap.PlaceRefused:
        return HttpResponseBadRequest(_("There is no such filter."))
    overlap.note_reading(returns=len(returned.rows), shares=len(shared.rows), by=user, at=at)
    newest = Suppression.objects.order_by("-since")[:NEWEST]
    context = {"returned": returned, "shared": shared, "newest": newest, "lead": leading.current()}
    return render(request, "contacts/overlap/desk.html", context)
