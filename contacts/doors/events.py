"""Events: their list, their page with counts and QR code, the poster, the preset, closing and opening again."""

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import notices
from consent.models import NoticeVersion
from contacts import events
from contacts.forms.intake import EventForm, StaffForm
from contacts.models import Event
from team.doors import StaffRequest, door

READERS = ("advisor", "lead", "compliance")
USERS = ("advisor", "lead")


@door(roles=READERS)
@require_GET
def event_list(request: StaffRequest) -> HttpResponse:
    """The events this user works at, newest first."""
    rows = events.visible(request.user).order_by("-held_on", "name")[:100]
    return render(request, "contacts/events/list.html", {"events": rows})


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def new_event(request: StaffRequest) -> HttpResponse:
    """Open an event: a notice, the questions asked, the staff."""
    version = _version(request, None)
    form = _preset(request, version, {"ticks": version.purposes.all(), "staff": [request.user]})
    if form.is_bound and form.is_valid():
        event = events.create(**form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("The event is open. Print the QR code for your desk."))
        return redirect("event", event.pk)
    if not events.books_for(request.user).exists():
        messages.error(request, _("You have no book yet; ask an administrator."))
    context = {"form": form, "version": version, "versions": notices.published(), "event": None}
    return render(request, "contacts/events/preset.html", context, status=400 if form.is_bound else 200)


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def edit_event(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change the preset until the first person arrives; afterwards only the staff."""
    event = get_object_or_404(events.run_by(request.user), pk=pk)
    if events.arrived(event):
        return _edit_staff(request, event)
    version = _version(request, event)
    form = _preset(request, version, _as_it_is(event, version))
    if form.is_bound and form.is_valid():
        try:
            events.change(event=event, **form.cleaned_data, by=request.user, at=timezone.now())
        except events.EventRefused:
            form.add_error(None, _("Somebody has arrived meanwhile; what they were told stays as it is."))
        else:
            messages.success(request, _("The event is changed."))
            return redirect("event", pk)
    context = {"form": form, "version": version, "versions": notices.published(), "event": event}
    return render(request, "contacts/events/preset.html", context, status=400 if form.is_bound else 200)


def _edit_staff(request: StaffRequest, event: Event) -> HttpResponse:
    posted = [row.user for row in event.staff.select_related("user")]
    form = StaffForm(
        request.POST if request.method == "POST" else None, colleagues=events.colleagues(), initial={"staff": posted}
    )
    if form.is_bound and form.is_valid():
        events.set_staff(event=event, staff=form.cleaned_data["staff"], by=request.user, at=timezone.now())
        messages.success(request, _("The staff is changed."))
        return redirect("event", event.pk)
    context = {"form": form, "event": event, "versions": [], "version": None}
    return render(request, "contacts/events/preset.html", context, status=400 if form.is_bound else 200)


def _version(request: StaffRequest, event: Event | None) -> NoticeVersion:
    """The notice the form is about: chosen in the form or the address, else the event's, else the current one."""
    wanted = request.POST.get("version") or request.GET.get("notice")
    if not wanted:
        return event.notice_version if event else notices.current()
    try:
        return notices.published().get(pk=UUID(wanted))
    except (ValueError, NoticeVersion.DoesNotExist):
        raise Http404 from None


def _preset(request: StaffRequest, version: NoticeVersion, initial: dict[str, Any]) -> EventForm:
    books = events.books_for(request.user)
    return EventForm(
        request.POST if request.method == "POST" else None,
        version=version,
        books=books,
        colleagues=events.colleagues(),
        initial={"book": events.own_book(request.user)} | initial,
    )


def _as_it_is(event: Event, version: NoticeVersion) -> dict[str, Any]:
    """The preset as the form shows it; another version starts with all of its questions."""
    same = version.pk == event.notice_version_id
    return {
        "name": event.name,
        "place": event.place,
        "held_on": event.held_on,
        "book": event.book,
        "ticks": [row.tick_id for row in event.ticks.all()] if same else version.purposes.all(),
        "staff": [row.user_id for row in event.staff.all()],
    }


@door(roles=READERS)
@require_GET
def event_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One event: counts, QR code, preset; nobody's name."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    address = _address(request, event)
    context = {
        "event": event,
        "counts": events.counts(event, by=request.user, at=timezone.now()),
        "address": address,
        "qr": qr(address),
        "staff": event.staff.select_related("user").order_by("user__display_name"),
        "ticks": [row.tick for row in event.ticks.select_related("tick").order_by("tick__order")],
        "runs": events.run_by(request.user).filter(pk=pk).exists(),
        "notes": events.open_to(request.user).filter(pk=pk).exists(),
    }
    return render(request, "contacts/events/event.html", context)


@door(roles=READERS)
@require_GET
def poster(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One sheet for the desk: the QR code, and in Chinese and English one sentence of what it leads to."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    address = _address(request, event)
    context = {"event": event, "address": address, "qr": qr(address), "words": event.notice_version.content}
    return render(request, "contacts/events/poster.html", context)


def _address(request: StaffRequest, event: Event) -> str:
    return request.build_absolute_uri(reverse("visitor_form", args=[event.code]))


def qr(address: str) -> SafeString:
    """This address as a QR code, drawn in the page."""
    return mark_safe(  # noqa: S308 - our own QR code
        segno.make(address, error="m").svg_inline(scale=6, border=2, omitsize=True, svgclass="qr")
    )


@door(roles=USERS)
@require_POST
def close_event(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Close an event: its form takes nobody any more."""
    event = get_object_or_404(events.run_by(request.user), pk=pk)
    events.close(event=event, by=request.user, at=timezone.now())
    messages.success(request, _("The event is closed."))
    return redirect("event", pk)


@door(roles=USERS)
@require_POST
def reopen_event(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Open a closed event again."""
    event = get_object_or_404(events.run_by(request.user), pk=pk)
    events.reopen(event=event, by=request.user, at=timezone.now())
    messages.success(request, _("The event is open again."))
    return redirect("event", pk)
