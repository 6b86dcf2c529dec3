"""Links to pass on: the form behind one, the page of the person whose it is, and of a colleague who makes it for them (C9).

Nowhere here is a field for somebody else's number, and one that is sent all the same is refused.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.trail import Actor, Self_
from contacts import looking, referring, visibility
from contacts.doors import events, visitor
from contacts.doors.me import RATE, inside
from contacts.models import Contact, OwnVisit, Referral
from contacts.own import bearers
from contacts.referring import ReferralRefused
from team.doors import StaffRequest, door, not_understood, public_door

KNOWN = frozenset({"csrfmiddlewaretoken", "act"})


@public_door(rate=visitor.CROWD)
@require_http_methods(["GET", "POST"])
def passed_on(request: HttpRequest, code: str) -> HttpResponse:
    """The event's form behind a link; who works here types nobody's number into it (C9)."""
    referral = referring.find(code, at=timezone.now())
    if referral is None:
        return render(request, "contacts/visitor/link_over.html", status=404)
    if request.user.is_authenticated:
        return _refused(request) if request.method == "POST" else render(request, "contacts/visitor/own_phone.html")
    return visitor.form_page(request, referral.event, referral)


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
@inside
def own(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """One's own link: made, shown, named or not, ended; nothing of who came by it."""
    people, at = bearers.contacts_of(bytes(visit.fingerprint)), timezone.now()
    link = referring.of([one.pk for one in people], at=at)
    if request.method == "GET":
        return render(request, "contacts/own/refer.html", _shown(request, link))
    if request.POST.get("act") in ("name", "unname") and link and not _foreign(request):
        referring.name(link, request.POST["act"] == "name", by=Self_(link.referrer_id), at=at)
        return redirect("own_refer")
    return _act(request, people, link, by=None) or redirect("own_refer")


@door(roles=("advisor", "lead"))
@require_http_methods(["GET", "POST"])
def refer(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A link made for somebody who asked for one, to be shown to them or sent by them; ended here as well."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    link = referring.of([contact.pk], at=at)
    if request.method == "POST":
        return _act(request, [contact], link, by=request.user) or redirect("refer", pk)
    card = looking.at_one(contact, by=request.user, at=at)
    return render(request, "contacts/people/refer.html", _shown(request, link) | {"card": card})


def _act(request: HttpRequest, people: list[Contact], link: Referral | None, *, by: Actor | None) -> HttpResponse | None:
    """Make a link or end it; `by` None is the person themself. 422 for a request that brings anything else along."""
    if _foreign(request):
        return _refused(request)
    act, at = request.POST.get("act"), timezone.now()
    if act == "end":
        if link is not None:
            referring.end(link, by=by or Self_(link.referrer_id), at=at)
        return None
    if act != "make":
        return not_understood(request, _("There is nothing to do here. Nothing was changed."))
    if not _made(people, by):
        messages.error(request, _("No link can be made now: nobody agreed here to be contacted, or no event is open."))
    return None


def _made(people: list[Contact], by: Actor | None) -> bool:
    """A link for the first of these records of one person that may have one."""
    for contact in people:
        try:
            referring.make(contact=contact, by=by or Self_(contact.pk), at=timezone.now())
        except ReferralRefused:
            continue
        return True
    return False


def _foreign(request: HttpRequest) -> bool:
    return bool(set(request.POST) - KNOWN)


def _refused(request: HttpRequest) -> HttpResponse:
    sentence = _("Nobody's number is taken from somebody else. Pass the link on; they type it themselves. Nothing was stored.")
    return not_understood(request, sentence, status=422)


def _shown(request: HttpRequest, link: Referral | None) -> dict[str, object]:
    if link is None:
        return {"link": None}
    address = request.build_absolute_uri(reverse("referral", args=[link.code]))
    return {"link": link, "address": address, "qr": events.qr(address)}
