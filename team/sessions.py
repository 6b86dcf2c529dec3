"""Sessions end: after half an hour of silence, after twelve hours, and at once when an account is closed."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from team.models import User


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


def end_all(user: User) -> int:
    """Delete every session of this user; returns how many. The next request is nobody's (I11)."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    return ended
