"""Events: their list, their page with counts and QR code, opening and closing; and the quick note."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import reasons
from contacts import events, visibility
from contacts.forms.intake import EventForm, QuickForm
from contacts.intake import asserting, inviting
from contacts.models import Contact, Event
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
    """Open an event with the current notice."""
    form, book = EventForm(request.POST if request.method == "POST" else None), events.own_book(request.user)
    if form.is_bound and form.is_valid() and book is not None:
        event = events.create(**form.cleaned_data, book=book, by=request.user, at=timezone.now())
        messages.success(request, _("The event is open. Print the QR code for your desk."))
        return redirect("event", event.pk)
    if book is None:
        messages.error(request, _("You have no book yet; ask an administrator."))
    return render(request, "contacts/events/new.html", {"form": form}, status=400 if form.is_bound else 200)


@door(roles=READERS)
@require_GET
def event_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One event: counts, QR code, staff; nobody's name."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    address = request.build_absolute_uri(reverse("visitor_form", args=[event.code]))
    context = {
        "event": event,
        "counts": events.counts(event),
        "address": address,
        "qr": _qr(address),
        "staff": event.staff.select_related("user"),
    }
    return render(request, "contacts/events/event.html", context)


def _qr(address: str) -> SafeString:
    return mark_safe(  # noqa: S308 - our own QR code
        segno.make(address, error="m").svg_inline(scale=6, border=2, omitsize=True, svgclass="qr")
    )


@door(roles=USERS)
@require_POST
def close_event(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Close an event: its form takes nobody any more."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    events.close(event=event, by=request.user, at=timezone.now())
    messages.success(request, _("The event is closed."))
    return redirect("event", pk)


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def quick(request: StaffRequest) -> HttpResponse:
    """Note one person: two fields and the act; the event stays chosen until another is."""
    open_ = list(events.visible(request.user).filter(closed_at__isnull=True).order_by("-held_on")[:50])
    event = _sticky(request, open_)
    form = QuickForm(request.POST if request.method == "POST" else None)
    if form.is_bound and event is None:
        form.add_error(None, _("Please choose one of the open events."))
    if event is not None and form.is_bound and form.is_valid():
        return _note(request, event, form)
    context = {"events": open_, "event": event, "form": form}
    return render(request, "contacts/quick/quick.html", context, status=400 if form.is_bound else 200)


def _sticky(request: StaffRequest, open_: list[Event]) -> Event | None:
    known = {str(event.pk): event for event in open_}
    if chosen := request.POST.get("event", ""):
        event = known.get(chosen)  # never another event than the one that was sent
    else:
        event = known.get(request.session.get("event", "")) or (open_[0] if open_ else None)
    if event is not None:
        request.session["event"] = str(event.pk)
    return event


def _note(request: StaffRequest, event: Event, form: QuickForm) -> HttpResponse:
    data, at = form.cleaned_data, timezone.now()
    contact, made = asserting.quick(event=event, name=data["name"], number=data["number"], by=request.user, at=at)
    for remark in form.remarks:
        messages.info(request, str(remark))
    if not made:
        messages.info(request, _("This person is already in your book."))
    elif data["act"] == "assert":
        messages.success(request, _("Noted. They leave in 7 days unless they confirm."))
    if data["act"] == "invite":
        _invite(request, contact)
    return redirect("quick")


@door(roles=USERS)
@require_POST
def invite(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask somebody once whether we may call."""
    _invite(request, visibility.one(request.user, pk))
    return redirect("contact", pk)


def _invite(request: StaffRequest, contact: Contact) -> None:
    link = request.build_absolute_uri(reverse("visitor_form", args=[contact.event.code]))
    try:
        inviting.invite(contact=contact, link=link, by=request.user, at=timezone.now())
    except inviting.InviteRefused as refused:
        messages.error(request, str(reasons.sentence(refused.reason)))
    else:
        messages.success(request, _("The invitation is on its way. They leave in 7 days unless they confirm."))
