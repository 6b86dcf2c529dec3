"""The list of people, one person, and the search."""

from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from contacts import cards, listing, looking, person_page, search, visibility
from contacts.forms.people import SearchForm, ViewForm
from contacts.models import SavedView
from team.doors import StaffRequest, door, not_understood

READERS = ("advisor", "lead", "compliance")


@door(roles=READERS)
@require_GET
def contact_list(request: StaffRequest) -> HttpResponse:
    """The people this user may see, newest first, fifty a page."""
    at = timezone.now()
    try:
        filters = listing.read(request.GET.dict())
    except listing.FilterRefused:
        return not_understood(request, _("There is no such filter."))
    found = visibility.newest(request.user, where=filters.where(at=at), before=filters.before, limit=listing.PAGE + 1, at=at)
    people = found[: listing.PAGE]
    trail.record_alone("contact.listed", by=request.user, at=at, numbers=[len(people)])  # audit.md §5.4: a read is an act
    context = {
        "cards": cards.of(people, by=request.user, at=at),
        "filters": filters,
        "next": listing.token(people[-1]) if len(found) > listing.PAGE else "",
        "views": SavedView.objects.filter(user=request.user).order_by("name"),
        "states": listing.STATES,
        "view_form": ViewForm(),
    }
    return render(request, "contacts/people/list.html", context)


@door(roles=READERS)
@require_GET
def contact_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One person: may we call now and why, what happened, what was agreed, when they leave."""
    contact = visibility.one(request.user, pk, stored=True)
    at = timezone.now()
    looking.opened(contact.pk, by=request.user, at=at)
    page = person_page.of(contact, by=request.user, at=at)
    return render(request, "contacts/people/person.html", {"page": page})


@door(roles=READERS)
@require_http_methods(["GET", "POST"])
def search_page(request: StaffRequest) -> HttpResponse:
    """Search by POST, so that no number ever stands in an address."""
    form, at = SearchForm(request.POST if request.method == "POST" else None), timezone.now()
    if not form.is_bound or not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "contacts/people/search.html", {"form": form}, status=status)
    try:
        found = search.find(form.cleaned_data["q"], by=request.user, at=at)
    except search.SearchRefused as refused:
        return render(request, "429.html", {"seconds": refused.wait}, status=429)
    shown = cards.of(found.people, by=request.user, at=at)
    context = {"form": SearchForm(), "searched": True, "kind": found.kind, "cards": shown, "more": found.more}
    return render(request, "contacts/people/search.html", context)


@door(roles=READERS)
@require_POST
def save_view(request: StaffRequest) -> HttpResponse:
    """Keep the filters on screen under a name."""
    form = ViewForm(request.POST)
    try:
        filters = listing.read(dict(_pairs(request.POST.get("query", ""))))
    except listing.FilterRefused:
        return not_understood(request, _("There is no such filter."))
    if not form.is_valid():
        return not_understood(request, _("A view needs a name of at most 40 characters."))
    SavedView.objects.update_or_create(
        user=request.user,
        name=form.cleaned_data["name"],
        defaults={"query": filters.query(), "created_at": timezone.now()},
    )
    messages.success(request, _("The view is saved."))
    return redirect("contacts")


@door(roles=READERS)
@require_POST
def forget_view(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Drop one's own saved view."""
    SavedView.objects.filter(user=request.user, pk=pk).delete()
    return redirect("contacts")


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query)
