"""Doors: every address declares who may enter; one that does not is not there (design, rule 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit import trail
from team import throttle
from team.models import User

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request behind a door with roles: who asks is known."""

    user: User


@dataclass(frozen=True)
class Door:
    """Who may enter an address, and what they must have with them; no roles means everybody."""

    roles: tuple[str, ...]
    second_factor: bool = False
    rate: tuple[int, int] | None = None


def door(*, roles: tuple[str, ...], second_factor: bool = False, rate: tuple[int, int] | None = None) -> Callable[[View], View]:
    """Declare a door for these roles; `rate` is (tries, seconds) per user. Serves I5, I10."""
    return _declare(Door(roles, second_factor, rate))


def public_door(*, rate: tuple[int, int] | None = None) -> Callable[[View], View]:
    """Declare a door for everybody; `rate` is (tries, seconds) per address of the client."""
    return _declare(Door((), rate=rate))


def _declare(declared: Door) -> Callable[[View], View]:
    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _refusal(request, declared, view.__name__)
            return refusal if refusal is not None else view(request, *args, **kwargs)

        guarded.door = declared  # type: ignore[attr-defined]
        return guarded

    return wrap


def _refusal(request: HttpRequest, declared: Door, name: str) -> HttpResponseBase | None:
    if declared.roles:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('sign_in')}?{urlencode({'next': _return_path(request)})}")
        if request.user.role not in declared.roles:
            return _turn_away(request)
        if declared.second_factor and not _verified(request.user):
            return redirect(f"{reverse('second_factor')}?{urlencode({'next': _return_path(request)})}")
    return _too_many(request, declared, name)


def _verified(user: User) -> bool:
    """Whether this session has shown its second factor; django-otp's middleware puts the question on the user."""
    return bool(getattr(user, "is_verified", bool)())


def _return_path(request: HttpRequest) -> str:
    """Where to come back to: the page itself, or, for a form that was sent, the page the form was on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.netloc == request.get_host() and came_from.path else "/"


def _turn_away(request: HttpRequest) -> HttpResponse:
    trail.record_alone("door.denied", by=request.user, at=timezone.now(), outcome="denied", reason="role")
    return render(request, "403.html", status=403)


def _too_many(request: HttpRequest, declared: Door, name: str) -> HttpResponse | None:
    if declared.rate is None or request.method != "POST":
        return None
    who = str(request.user.pk) if request.user.is_authenticated else client_of(request)
    limit, seconds = declared.rate
    answer = throttle.hit(f"{name}:{who}", limit=limit, seconds=seconds, at=timezone.now())
    return None if answer.allowed else too_many(request, answer.retry_after)


def client_of(request: HttpRequest) -> str:
    """The address that asks: behind our proxy the one it names, which it sets itself and passes on from nobody."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("HTTP_X_REAL_IP", direct)) if settings.BEHIND_TLS else direct


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """The answer to too many tries: 429, and how long to wait (bad input 112)."""
    page = render(request, "429.html", {"seconds": seconds}, status=429)
    page["Retry-After"] = str(seconds)
    return page


def not_understood(request: HttpRequest, sentence: str, *, status: int = 400) -> HttpResponse:
    """The answer to a request that no page of ours sends: a sentence that says what to do, nothing changed."""
    return render(request, "400.html", {"sentence": sentence}, status=status)


class DoorMiddleware:
    """Answers 404 for an address whose view declares no door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Undeclared is not there."""
        if not hasattr(view, "door"):
            raise Http404
