"""Signing in: the same answer and the same work for a wrong name, a wrong password and a closed account."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from audit import trail
from team import throttle
from team.doors import client_of
from team.models import User

TRIES, SECONDS = 8, 300
DEMO_NAMES = ("li", "wu", "chen", "zhao", "sun", "he")


class SignInRefused(Exception):
    """No entry; `wait` is the number of seconds to wait when there were too many tries."""

    def __init__(self, wait: int = 0) -> None:
        """Keep the waiting time."""
        super().__init__("refused")
        self.wait = wait


def check(request: HttpRequest, *, username: str, password: str, at: datetime) -> User:
    """The user these words belong to; every failure is in the trail. Raises SignInRefused (I10).

    Throttled per name and client together, so that nobody can lock a colleague out from elsewhere.
    """
    client = client_of(request)
    answer = throttle.hit(f"sign-in:{username}:{client}", limit=TRIES, seconds=SECONDS, at=at)
    user = authenticate(request, username=username, password=password) if answer.allowed else None
    if isinstance(user, User):
        throttle.forget(at=at)  # the old windows go with somebody who came in, so that the table stays small
        return user
    trail.record_alone(
        "user.signin.failed",
        by=trail.System("door"),
        at=at,
        outcome="denied",
        reason="password" if answer.allowed else "locked",
    )
    raise SignInRefused(0 if answer.allowed else answer.retry_after)


def demo_accounts() -> list[User]:
    """The accounts that a visitor of the demonstration may step into; none outside of demo mode."""
    if not settings.DEMO:
        return []
    found = User.objects.filter(username__in=DEMO_NAMES, is_active=True)
    return sorted(found, key=lambda user: DEMO_NAMES.index(user.username))
