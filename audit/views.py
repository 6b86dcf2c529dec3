"""The auditor's pages. Plain functions: the roof wraps them in the doors of the floor above."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit import anchoring, reading, stored, trail
from audit import search as searching
from audit.forms import SearchForm
from audit.models import Anchor


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show entries by criteria, fifty a page; the look itself is an entry. 400 on bad criteria."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/search.html", {"form": form}, status=400)
    criteria = form.criteria()
    trail.record_alone("audit.search", by=user_of(request), at=timezone.now(), subject=criteria.subject)
    page = searching.page(criteria, before=form.cleaned_data["before"])
    context = {
        "form": form,
        "lines": reading.lines(page.entries),
        "older": form.address(page.older) if page.older else "",
        "later": bool(form.cleaned_data["before"]),
        "query": form.address(None),
    }
    return render(request, "audit/search.html", context)


@never_cache
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """How many entries meet the criteria on each day; apart from the search, which counts nothing. 400 on bad criteria."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/days.html", {"form": form}, status=400)
    criteria, at = form.criteria(), timezone.now()
    trail.record_alone("audit.search", by=user_of(request), at=at, subject=criteria.subject)
    context = {"form": form, "days": searching.per_day(criteria, at=at), "query": form.address(None)}
    return render(request, "audit/days.html", context)


@never_cache
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint on a page to print, and when one left the house last."""
    seal = stored.newest()
    sent = Anchor.objects.order_by("-at_us")[:14]
    context = {"seal": seal, "vkey": anchoring.vkey(seal) if seal else "", "sent": sent}
    return render(request, "audit/checkpoint.html", context)


def user_of(request: HttpRequest) -> Any:
    """Whoever the door let in."""
    return request.user
