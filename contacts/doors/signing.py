"""A colleague hands over the screen and is signed out; the person ticks and signs, and nothing else opens (C1, C7)."""

from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from audit import trail
from consent.views import words_of
from contacts import looking, minors, visibility
from contacts.forms.signing import SENTENCES, SignForm
from contacts.intake import lending, signing
from contacts.models import Contact, LentScreen
from team.doors import StaffRequest, door, public_door

USERS = ("advisor", "lead")
COOKIE = "lent"
RATE = (60, 60)


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def sign(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Say what happens, then hand the screen over: this session ends with the same answer."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    if request.method == "GET":
        card = looking.at_one(contact, by=request.user, at=at)
        return render(request, "contacts/people/lend.html", {"card": card})
    token = lending.lend(contact=contact, by=request.user, at=at)
    with transaction.atomic():
        trail.record("user.signout", by=request.user, at=at, subject=request.user.pk)
    auth.logout(request)
    answer = redirect("signing")
    answer.set_cookie(
        COOKIE, token, path="/sign/", httponly=True, samesite="Strict", secure=bool(settings.SESSION_COOKIE_SECURE)
    )
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
def signing_page(request: HttpRequest) -> HttpResponse:
    """How old one is, the notice, its boxes, and a field for the hand; 400 with a sentence for what is no signature."""
    screen, contact = _lent(request)
    if screen is None or contact is None:
        return render(request, "contacts/people/lent_over.html", status=410)
    form = SignForm(request.POST if request.method == "POST" else None, ticks=signing.ticks_of(contact))
    if form.minor:
        return _too_young(request, screen, contact, form.minor)
    if form.is_bound and form.is_valid() and _signed(screen, contact, form):
        return _back(request, screen, signed=True)
    version = contact.event.notice_version
    context = {"form": form, "words": words_of(version), "version": version}
    return render(request, "contacts/people/sign.html", context, status=400 if form.is_bound else 200)


@public_door(rate=RATE)
@require_POST
def give_back(request: HttpRequest) -> HttpResponse:
    """Nothing was signed; the screen goes back, and the page is over."""
    screen, _contact = _lent(request)
    return _back(request, screen, signed=False)


def _lent(request: HttpRequest) -> tuple[LentScreen | None, Contact | None]:
    """The screen of this browser, and its person while the colleague who lent it still works with them."""
    screen = lending.find(request.COOKIES.get(COOKIE, ""), at=timezone.now())
    if screen is None:
        return None, None
    try:
        return screen, visibility.one(screen.by, screen.subject_id)
    except Http404:
        return screen, None


def _signed(screen: LentScreen, contact: Contact, form: SignForm) -> bool:
    """Keep it, and with it that the token is used; False with a sentence in the form where it cannot be kept."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    told = {"ticks": form.chosen(), "strokes": form.cleaned_data["strokes"], "language": language}
    try:
        with transaction.atomic():
            if lending.give_back(screen, at=timezone.now()):  # sent twice, the first did it
                signing.sign(contact=contact, **told, by=screen.by, at=timezone.now())
    except signing.SignatureRefused as refused:
        form.put("strokes", "")  # a signature is never sent back to the page
        form.add_error("age" if refused.code == "minor" else "ticks", str(SENTENCES[refused.code]))
        return False
    return True


def _too_young(request: HttpRequest, screen: LentScreen, contact: Contact, age: str) -> HttpResponse:
    """Nothing of the form is read or kept but that they are under 18, in the name of whoever lent the screen (C12)."""
    at = timezone.now()
    with transaction.atomic():
        if lending.give_back(screen, at=at):
            minors.said_so(contact=contact, age=age, by=screen.by, at=at)
    return _back(request, screen, signed=False, minor=True)


def _back(request: HttpRequest, screen: LentScreen | None, *, signed: bool, minor: bool = False) -> HttpResponse:
    if screen is not None and not signed and not minor:
        lending.give_back(screen, at=timezone.now())
    context = {"signed": signed, "minor": minor, "pk": screen.subject_id if screen else None}
    answer = render(request, "contacts/people/lent_back.html", context)
    answer.delete_cookie(COOKIE, path="/sign/", samesite="Strict")
    return answer
