"""Names of staff for pages of lower floors, which know only uuids."""

from collections.abc import Iterable
from uuid import UUID

from team.models import User


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Display names of these users in one query; unknown ids are absent."""
    return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "display_name"))
