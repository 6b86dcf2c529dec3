"""The person's own page: number and code, then everything held, a switch for each purpose, a copy, a request (K1, K6)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from consent import challenge, windows
from consent.challenge import ChallengeRefused
from consent.receipts import signed
from consent.requests.asking import RequestRefused
from contacts import tasks, telling
from contacts.doors.visitor import PDF, SENTENCES, receipt_file
from contacts.forms.intake import CodeForm, MobileForm
from contacts.forms.own import AskForm, WindowForm, chosen
from contacts.intake import visiting
from contacts.models import OwnVisit
from contacts.own import copying, deeds, entering, page
from team.doors import client_of, not_understood, public_door, too_many

COOKIE = "own"
RATE = (60, 60)
Inside = Callable[..., HttpResponse]


def inside(view: Inside) -> Inside:
    """Only with a code: everybody else is led to the form for the number."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        visit = _visit(request)
        if visit is None or visit.confirmed_at is None:
            return redirect("own")
        return view(request, visit, *args, **kwargs)

    return guarded


def _visit(request: HttpRequest) -> OwnVisit | None:
    return entering.find(request.COOKIES.get(COOKIE, ""), at=timezone.now())


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The form for the number, the form for the code, or the page; the same for a number that nobody here has (K6)."""
    if request.method == "POST":
        return _begin(request)
    visit = _visit(request)
    if visit is None:
        return render(request, "contacts/own/enter.html", {"form": MobileForm()})
    if visit.confirmed_at is None:
        return _code_page(request, visit, CodeForm())
    told = page.of(visit, at=timezone.now())
    telling.seen([record.contact.pk for record in told.records], at=timezone.now())
    return render(request, "contacts/own/page.html", {"page": told, "until": visit.expires_at})


def _begin(request: HttpRequest) -> HttpResponse:
    form, at = MobileForm(request.POST), timezone.now()
    if not form.is_valid():
        return render(request, "contacts/own/enter.html", {"form": form}, status=400)
    try:
        token = entering.begin(digits=form.cleaned_data["number"].digits, language=get_language() or "zh-hans", at=at)
    except ChallengeRefused as refused:
        return too_many(request, refused.wait)
    _ring()
    answer = redirect("own")
    answer.set_cookie(COOKIE, token, path="/me/", httponly=True, samesite="Strict", secure=bool(settings.SESSION_COOKIE_SECURE))
    return answer


def _ring() -> None:
    """Wake the worker that looks who bears the number; the demonstration's phone is on the page itself, so at once."""
    if settings.DEMO:
        entering.send_codes(at=timezone.now())
        return
    try:
        tasks.send_own_codes.delay()
    except (OperationalError, OSError):  # a beat a minute finds what waits
        return


@public_door(rate=RATE)
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """The code from the text message opens the page for a quarter of an hour (K6)."""
    visit, form = _visit(request), CodeForm(request.POST)
    if visit is None:
        messages.info(request, _("This took too long. Please begin again with your number."))
        return redirect("own")
    if visit.confirmed_at is not None:  # sent twice: they are inside already
        return redirect("own")
    try:
        if form.is_valid():
            if _right(request, visit, form.cleaned_data["code"]):
                return redirect("own")
            form.add_error("code", _("This code is wrong."))
    except ChallengeRefused as refused:
        if refused.wait:
            return too_many(request, refused.wait)
        form.add_error(None, str(SENTENCES[refused.code]))
    return _code_page(request, visit, form)


def _right(request: HttpRequest, visit: OwnVisit, typed: str) -> bool:
    """Whether this is the code; a wrong one counts for the number and for who tries, alike for a number nobody has (K6)."""
    at, marks = timezone.now(), [bytes(visit.fingerprint)]
    tried: dict[str, Any] = {"marks": marks, "client": client_of(request), "door": "own", "at": at}
    challenge.admit_try(**tried)
    if entering.confirm(visit=visit, code=typed, at=at):
        return True
    challenge.note_wrong(**tried)
    return False


def _code_page(request: HttpRequest, visit: OwnVisit, form: CodeForm) -> HttpResponse:
    context = {"form": form, "screen": entering.demo_screen(visit) if settings.DEMO else "", "demo": settings.DEMO}
    return render(request, "contacts/own/code.html", context, status=400 if form.is_bound else 200)


@public_door(rate=RATE)
@require_POST
@inside
def stop(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """One tap: this purpose, or everything; heard by the gate at commit (D1, D2)."""
    known = {f"{row.purpose_id}/{row.channel}": {(row.purpose_id, row.channel)} for row in page.heads_of(visit)}
    only = known.get(request.POST.get("only", ""))
    if "only" in request.POST and only is None:
        return not_understood(request, _("Please choose one of your consents. Nothing was changed."))
    subjects = page.subjects_of(visit)
    deeds.stop(subjects, only, at=timezone.now())
    if subjects:
        messages.success(request, _("Stopped. Nobody may use your number for this any more; your receipt is below."))
    else:
        messages.info(request, _("Nothing is held under this number any more."))
    return redirect("own")


@public_door(rate=RATE)
@require_POST
@inside
def agree(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """One tap: yes to the words of today, where a newer notice asks or the time is nearly over (C10)."""
    try:
        tick = UUID(request.POST.get("tick", ""))
        done = deeds.agree(visit, tick, language=get_language() or "zh-hans", at=timezone.now())
    except ValueError:
        done = 0
    if not done:
        return not_understood(request, _("There is nothing to agree to here. Nothing was changed."))
    messages.success(request, _("Agreed. Your receipt is below, and you may stop it at any time."))
    return redirect("own")


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
@inside
def ask(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """A request about one's own data; taken in with its deadline, or a sentence and nothing is lost (K1)."""
    initial, at = {"once": visiting.form_token()}, timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            taken = deeds.ask(page.subjects_of(visit), **form.cleaned_data, at=at)
        except RequestRefused:
            form.add_error(None, _("You have many open requests here already. They are being answered; please wait."))
        else:
            if not taken:
                messages.info(request, _("Nothing is held under this number any more."))
            else:
                messages.success(request, _("Taken in. We answer by %(day)s at the latest.") % {"day": taken[0].due_on})
            return redirect("own")
    return render(request, "contacts/own/ask.html", {"form": form}, status=400 if form.is_bound else 200)


@public_door(rate=RATE)
@require_http_methods(["GET", "POST"])
@inside
def window(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """When the person wants to be reached: heard by the gate at once; or back to what the office does (H3)."""
    subjects = page.subjects_of(visit)
    told = page.window_of(subjects)
    form = WindowForm(request.POST if request.method == "POST" else None, initial=chosen(told))
    back = request.method == "POST" and "back" in request.POST
    if back or (form.is_bound and form.is_valid()):
        windows.choose(subjects, None if back else form.window(), at=timezone.now())
        messages.success(request, _("Noted. It holds from this second on."))
        return redirect("own")
    context = {"form": form, "told": told}
    return render(request, "contacts/own/window.html", context, status=400 if form.is_bound else 200)


@public_door()
@require_GET
@inside
def copy(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """Everything held, in full, to read and print (PIPL 45)."""
    told = copying.of(visit, at=timezone.now())
    return render(request, "contacts/own/copy.html", {"copy": told})


@public_door()
@require_GET
@inside
def copy_file(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """The same as a JSON file, signed (K4)."""
    at = timezone.now()
    answer = HttpResponse(copying.document(copying.of(visit, at=at)), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localtime(at):%Y-%m-%d}.json"'
    return answer


@public_door()
@require_GET
@inside
def receipt(request: HttpRequest, visit: OwnVisit, subject: UUID, form: str) -> HttpResponse:
    """The receipt of one record as it stands now: iso or kantara, signed, or pdf (C13)."""
    if form not in (*signed.FORMS, PDF) or subject not in page.subjects_of(visit):
        raise Http404
    return receipt_file(request, subject, form, stop=request.build_absolute_uri(reverse("own")))


@public_door()
@require_POST
@inside
def leave(request: HttpRequest, visit: OwnVisit) -> HttpResponse:
    """Close the page; the next visit wants a new code."""
    messages.info(request, _("Closed. Nobody who picks up this phone sees the page without a new code."))
    return _out(visit)


@public_door()
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Back to the form for the number."""
    return _out(_visit(request))


def _out(visit: OwnVisit | None) -> HttpResponse:
    if visit is not None:
        entering.leave(visit)
    answer = redirect("own")
    answer.delete_cookie(COOKIE, path="/me/", samesite="Strict")
    return answer
