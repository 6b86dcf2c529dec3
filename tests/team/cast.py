"""Who works in these stories, and how they come in."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from audit.trail import System
from team import people
from team.models import Pledge, Team, User

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "a made-up pass phrase"


def hire(username: str, role: str, team: Team | None = None, *, pledged: bool = True) -> User:
    """Open an account; with both pledges unless told otherwise."""
    user = people.open_account(
        username=username,
        display_name=username.title(),
        role=role,
        team=team,
        password=PASSWORD,
        by=System("test"),
        at=AT - timedelta(days=1),
    )
    if pledged:
        for kind in Pledge.Kind.values:
            people.sign_pledge(user=user, kind=kind, at=AT - timedelta(days=1))
    return user


def again(user: User) -> User:
    """The same user as the next request loads them."""
    return User.objects.get(pk=user.pk)


def entered(user: User) -> Client:
    """A browser in which this user has signed in with their password."""
    client = Client()
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client
