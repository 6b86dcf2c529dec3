"""The roof's own pages: today, health, theme, and the pages for things that went wrong."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from crm import drawings, readiness, today
from team import signing_in
from team.doors import not_understood, public_door


@public_door()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Today's work for whoever is signed in; for everybody else what this is, and the way in."""
    if not request.user.is_authenticated:
        return render(request, "home/public.html", {"demo": signing_in.demo_accounts()})
    at = timezone.now()
    context = {"tiles": today.tiles(request.user, at=at), "drawn": drawings.of(request.user, at=at)}
    return render(request, "home/today.html", context)


@public_door()
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark, or what the device says; kept in a cookie of one word."""
    choice = request.POST.get("theme", "")
    answer = HttpResponseRedirect(_back(request))  # an address, never the name of a view
    if choice in ("light", "dark"):
        answer.set_cookie("theme", choice, max_age=31_536_000, samesite="Lax", httponly=True)
    else:
        answer.delete_cookie("theme")
    return answer


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if safe else "/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a request that Django itself refuses: too many fields, too large, broken (bad input 98, 100)."""
    return not_understood(request, _("It was too large or broken. Nothing was changed. Go back, reload, and send it again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was too old or came from elsewhere; at the doors of people who work here it is recorded (bad input 107)."""
    declared = getattr(getattr(request.resolver_match, "func", None), "door", None)
    if request.user.is_authenticated and declared is not None and declared.roles:
        trail.record_alone("door.denied", by=request.user, at=timezone.now(), outcome="denied", reason="csrf")
    return render(request, "403_csrf.html", status=403)


@public_door()
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


@public_door()
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Where a browser looks that was told of no icon, as beside a PDF: on to the mark, kept for a day."""
    answer = HttpResponseRedirect(static("mark.svg"))
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


@public_door()
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything a day's work needs is there; otherwise 503 and a word for each thing that is missing."""
    words = readiness.missing(at=timezone.now())
    return JsonResponse({"ok": not words, "missing": words}, status=503 if words else 200)
