"""Guardian's only door: the level of a field per role, and which books a user sees.

Levels form a ladder: each includes those below it. For texts (names, companies) MASKED shows a mask
and CALL or more the whole; for numbers nothing is shown whole but by a reveal.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from team import fitness
from team.models import Book, ProtectedField, Role, User

SEES_ALL = frozenset({Role.COMPLIANCE})


class Level(IntEnum):
    """What a role may do with a field."""

    HIDDEN = 0
    LAST4 = 1
    MASKED = 2
    CALL = 3
    REVEAL = 4
    EXPORT = 5


CODENAMES = {level: f"level_{level.name.lower()}" for level in Level if level is not Level.HIDDEN}
BY_CODENAME = {codename: level for level, codename in CODENAMES.items()}


class Levels(Mapping[str, Level]):
    """The levels of one user; a field nobody granted is hidden."""

    def __init__(self, levels: dict[str, Level]) -> None:
        """Hold what was granted."""
        self._levels = levels

    def __getitem__(self, code: str) -> Level:
        """The level of a field; HIDDEN when nothing is known of it."""
        return self._levels.get(code, Level.HIDDEN)

    def __iter__(self) -> Iterator[str]:
        """The fields with a grant."""
        return iter(self._levels)

    def __len__(self) -> int:
        """How many fields have a grant."""
        return len(self._levels)


def group_of(role: str) -> Group:
    """The guardian group of a role."""
    return Group.objects.get_or_create(name=f"role:{role}")[0]


def levels_of(user: User, *, at: datetime) -> Levels:
    """What this user may see today: the role's levels, capped at the mask while a pledge is lapsed (A10).

    Read once per user object, which lives as long as one request. Inactive users see nothing.
    """
    cached: Levels | None = getattr(user, "_levels", None)
    if cached is None:
        cached = Levels(_granted(user.role)) if user.is_active else Levels({})
        if not fitness.fit(user, at=at).ok:
            cached = Levels({code: min(level, Level.MASKED) for code, level in cached.items()})
        user._levels = cached  # type: ignore[attr-defined]
    return cached


def _granted(role: str) -> dict[str, Level]:
    rows = GroupObjectPermission.objects.filter(group__name=f"role:{role}", permission__codename__in=BY_CODENAME)
    levels: dict[str, Level] = {}
    for code, codename in rows.values_list("object_pk", "permission__codename"):
        levels[code] = max(levels.get(code, Level.HIDDEN), BY_CODENAME[codename])
    return levels


def matrix() -> dict[str, dict[str, Level]]:
    """The whole matrix: role → field → level."""
    return {role: _granted(role) for role in Role.values}


def grant(field: ProtectedField, role: str, level: Level) -> None:
    """Make this the one level of a role on a field; called by team.matrix, which records it."""
    group = group_of(role)
    for codename in CODENAMES.values():
        remove_perm(f"team.{codename}", group, field)
    if level is not Level.HIDDEN:
        assign_perm(f"team.{CODENAMES[level]}", group, field)


def sees_all_books(user: User) -> bool:
    """Whether this role looks over every book."""
    return user.is_active and user.role in SEES_ALL


def books_of(user: User) -> list[UUID]:
    """The books whose people this user may see; one query through guardian's grants (I5)."""
    if not user.is_active:
        return []
    if sees_all_books(user):
        return list(Book.objects.values_list("pk", flat=True))
    cached: list[UUID] | None = getattr(user, "_books", None)
    if cached is None:
        cached = list(shelf(user).values_list("pk", flat=True))
        user._books = cached  # type: ignore[attr-defined]
    return cached


def shelf(user: User) -> QuerySet[Book]:
    """The books that guardian's grants open to this user, as a condition for a larger query; none but for those who advise."""
    if not user.is_active or user.role not in (Role.ADVISOR, Role.LEAD):
        return Book.objects.none()
    seen: QuerySet[Book] = get_objects_for_user(
        user, "team.see_book", klass=Book, accept_global_perms=False, with_superuser=False, use_groups=False
    )
    return seen


def let_only(sight: Mapping[Book, Iterable[User]]) -> None:
    """Let exactly these users see each of these books; everybody else's sight of them ends with their next request.

    Four queries for any number of books, two where nothing changes.
    """
    seeing = Permission.objects.get(codename="see_book", content_type__app_label="team", content_type__model="book")
    wanted = {(str(book.pk), user.pk) for book, users in sight.items() for user in users}
    keys = [str(book.pk) for book in sight]
    granted = UserObjectPermission.objects.filter(permission=seeing, object_pk__in=keys).values_list(
        "pk", "object_pk", "user_id"
    )
    there = {(key, user): pk for pk, key, user in granted}
    if stale := [pk for pair, pk in there.items() if pair not in wanted]:
        UserObjectPermission.objects.filter(pk__in=stale).delete()
    if missing := wanted - there.keys():
        kind = {"permission": seeing, "content_type_id": seeing.content_type_id}
        UserObjectPermission.objects.bulk_create(
            UserObjectPermission(object_pk=key, user_id=user, **kind) for key, user in missing
        )
