"""Sessions end: after half an hour of silence, after twelve hours, and at once when an account is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from audit import trail
from team.models import User

HOLDS_FORMS = "kiosk"  # the cookie of a browser that may hold visitors' forms not handed in yet


class SessionGuardMiddleware:
    """Ends a session that is too old, idle for too long, or whose user is closed (I10, I11)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check the times, then pass on."""
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            began = request.session.setdefault("began", now)
            seen = request.session.get("seen", now)
            idle, absolute = settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS
            if now - seen > idle or now - began > absolute or now < seen - 300:
                logout(request)
            elif now - seen >= 60 or "seen" not in request.session:
                request.session["seen"] = now
        return self.get_response(request)


@dataclass(frozen=True)
class Seen:
    """One open session of somebody: when it began, when it last did something, and whether it is this one."""

    began: datetime
    seen: datetime
    current: bool


def of(user: User, *, current: str, at: datetime) -> list[Seen]:
    """The open sessions of this user, the newest first."""
    found = []
    for session in _mine(user):
        facts = session.get_decoded()
        began, seen = facts.get("began"), facts.get("seen")
        idle = seen is not None and at.timestamp() - seen > settings.SESSION_IDLE_SECONDS
        if began is not None and seen is not None and (not idle or session.pk == current):
            found.append(Seen(_moment(began), _moment(seen), session.pk == current))
    return sorted(found, key=lambda one: (one.current, one.began), reverse=True)


def end_all(user: User, *, keep: str = "") -> int:
    """Delete every session of this user but `keep`; returns how many. The next request is nobody's (I11)."""
    ended = 0
    for session in _mine(user):
        if session.pk != keep:
            session.delete()
            ended += 1
    return ended


def end_others(*, keep: str, by: User, at: datetime) -> int:
    """End one's own other sessions, on record; returns how many."""
    with transaction.atomic():
        trail.record("user.sessions", by=by, at=at, subject=by.pk)
        return end_all(by, keep=keep)


def _mine(user: User) -> list[Session]:
    alive = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    return [session for session in alive if session.get_decoded().get("_auth_user_id") == str(user.pk)]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
