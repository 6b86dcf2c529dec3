"""Accounts: opened, given a role, closed, reopened; never deleted."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from audit import trail
from team import books, sessions
from team.models import Pledge, Role, Team, User

PLEDGE_DAYS = 365
NDA_VERSION = "2026-1"
TRAINING_VERSION = "2026-1"


class PeopleRefused(Exception):
    """An account change that is not allowed; the code names why."""


def open_account(
    *,
    username: str,
    display_name: str,
    role: str,
    team: Team | None,
    password: str,
    by: User | trail.System,
    at: datetime,
) -> User:
    """Open an account; an advisor gets a book of their own. Raises PeopleRefused for a taken name."""
    if User.objects.filter(username=username).exists():
        raise PeopleRefused("taken")
    try:
        with transaction.atomic():
            trail.record("user.created", by=by, at=at)
            user = User.objects.create_user(username, password, display_name=display_name, role=role, team=team, created_at=at)
            _give_book(user, by=by, at=at)
            books.settle(user)
    except IntegrityError:  # the same form, sent twice at once
        raise PeopleRefused("taken") from None
    return user


def set_role(*, user: User, role: str, by: User, at: datetime) -> None:
    """Change a role; heard on the next request. Nobody changes their own; one admin always remains."""
    if user.pk == by.pk:
        raise PeopleRefused("self")
    with transaction.atomic():
        if user.role == Role.ADMIN and role != Role.ADMIN:
            _keep_one_admin(user)
        trail.record("user.role", by=by, at=at, subject=user.pk)
        user.role = role
        user.save(update_fields=["role"])
        _give_book(user, by=by, at=at)
        books.settle(user)


def close_account(*, user: User, by: User, at: datetime) -> int:
    """Close an account: all its sessions end within this call (I11). Returns how many ended."""
    if user.pk == by.pk:
        raise PeopleRefused("self")
    with transaction.atomic():
        if user.role == Role.ADMIN:
            _keep_one_admin(user)
        trail.record("user.deactivated", by=by, at=at, subject=user.pk)
        user.is_active, user.deactivated_at = False, at
        user.save(update_fields=["is_active", "deactivated_at"])
        return sessions.end_all(user)


def reopen_account(*, user: User, by: User, at: datetime) -> None:
    """Open a closed account again."""
    with transaction.atomic():
        trail.record("user.reactivated", by=by, at=at, subject=user.pk)
        user.is_active, user.deactivated_at = True, None
        user.save(update_fields=["is_active", "deactivated_at"])
        books.settle(user)


def sign_pledge(*, user: User, kind: str, at: datetime) -> Pledge:
    """Sign the current confidentiality agreement, or confirm the yearly training, for oneself (A10, L2)."""
    version = NDA_VERSION if kind == Pledge.Kind.NDA else TRAINING_VERSION
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        signed = Pledge.objects.filter(user=user, kind=kind, version=version, signed_at__gt=at - timedelta(minutes=1))
        if twin := signed.first():  # a double click
            return twin
        trail.record("pledge.signed", by=user, at=at, subject=user.pk)
        return Pledge.objects.create(
            user=user, kind=kind, version=version, signed_at=at, valid_until=at + timedelta(days=PLEDGE_DAYS)
        )


def _give_book(user: User, *, by: User | trail.System, at: datetime) -> None:
    """Who meets people has a book to put them in."""
    if user.role in (Role.ADVISOR, Role.LEAD) and not user.books.exists():
        books.open_book(owner=user, name=user.display_name, by=by, at=at)


def _keep_one_admin(user: User) -> None:
    """All administrators' rows are locked, or two of them would dismiss each other at the same moment."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    if not set(admins.values_list("pk", flat=True)) - {user.pk}:
        raise PeopleRefused("last_admin")
