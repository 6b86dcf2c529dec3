"""The quick note: one person after another under one event, by keyboard; and asking somebody once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent import capture, reasons
from contacts import events, visibility
from contacts.doors import returning
from contacts.forms.intake import QuickForm
from contacts.intake import asserting, inviting
from contacts.models import Contact, Event
from team.doors import StaffRequest, door
from team.models import Book

USERS = ("advisor", "lead")


@door(roles=USERS, rate=(240, 3600))  # a note says whether a number is in one's own book: no place to guess
@require_http_methods(["GET", "POST"])
def quick(request: StaffRequest) -> HttpResponse:
    """Note one person: two fields and the act; the event stays chosen until another is."""
    open_ = list(events.open_to(request.user)[:50])
    event = _sticky(request, open_)
    form = QuickForm(request.POST if request.method == "POST" else None, categories=events.categories(event))
    capture.note_unasked(form, by=request.user, at=timezone.now())
    book = events.book_for(request.user, event) if event else None
    if form.is_bound and event is None:
        form.add_error(None, _("This event is closed, or you are not on its staff. Nothing was saved; choose another."))
    elif form.is_bound and book is None:
        form.add_error(None, _("You have no book yet; ask an administrator."))
    if form.is_bound and event is not None and book is not None and form.is_valid():
        return _note(request, event, book, form)
    context = {"events": open_, "event": event or next(iter(open_), None), "form": form}
    return render(request, "contacts/quick/quick.html", context, status=400 if form.is_bound else 200)


def _sticky(request: StaffRequest, open_: list[Event]) -> Event | None:
    """The event of the form, of the address, or of the last time; never another than the one that was named."""
    known = {str(event.pk): event for event in open_}
    named = request.POST.get("event") or request.GET.get("event")
    last = known.get(request.session.get("event", "")) or next(iter(open_), None)
    event = known.get(named) if named else last
    if event is not None:
        request.session["event"] = str(event.pk)
    return event


def _note(request: StaffRequest, event: Event, book: Book, form: QuickForm) -> HttpResponse:
    data, at = form.cleaned_data, timezone.now()
    person = {key: data[key] for key in ("name", "number", "company", "note")}
    contact, made = asserting.quick(event=event, book=book, **person, by=request.user, at=at)
    for remark in form.remarks:
        messages.info(request, str(remark))
    if not made:
        messages.info(request, _("This number is already in your book: this is the person. Nothing was saved twice."))
        return returning.to_person(request, contact.pk)
    if data["act"] == "invite":
        _invite(request, contact)
    else:
        messages.success(request, _("Noted. Unconfirmed, the record is deleted in 7 days."))
    return redirect("quick")


@door(roles=USERS)
@require_POST
def invite(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask somebody once whether we may call."""
    _invite(request, visibility.one(request.user, pk))
    return redirect("contact", pk)


def _invite(request: StaffRequest, contact: Contact) -> None:
    link = request.build_absolute_uri(_way_in(contact))
    try:
        inviting.invite(contact=contact, link=link, by=request.user, at=timezone.now())
    except inviting.InviteRefused as refused:
        messages.warning(request, f"{_('No invitation went out.')} {reasons.sentence(refused.reason)}")
    else:
        messages.success(
            request, _("If this number may be written to, the invitation is on its way. Unconfirmed, it leaves in 7 days.")
        )


def _way_in(contact: Contact) -> str:
    """The event's form; for somebody in a colleague's own book with that book named, so that they confirm where they stand."""
    path = reverse("visitor_form", args=[contact.event.code])
    return path if contact.book_id == contact.event.book_id else f"{path}?book={contact.book_id}"
