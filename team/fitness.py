"""Is this user fit to see personal data today: confidentiality signed, training passed, neither lapsed."""

from dataclasses import dataclass
from datetime import datetime

from team.models import Pledge, User


@dataclass(frozen=True)
class Fitness:
    """Until when each pledge holds; `ok` only while both do."""

    nda_until: datetime | None
    training_until: datetime | None
    ok: bool


def fit(user: User, *, at: datetime) -> Fitness:
    """The pledges of a user at a moment; one query, kept with the user object for this moment. Serves A10, L2, L3."""
    kept: tuple[datetime, Fitness] | None = getattr(user, "_fitness", None)
    if kept is None or kept[0] != at:
        kept = (at, _read(user, at))
        user._fitness = kept  # type: ignore[attr-defined]
    return kept[1]


def _read(user: User, at: datetime) -> Fitness:
    until: dict[str, datetime] = {}
    for kind, end in Pledge.objects.filter(user=user, valid_until__gt=at, signed_at__lte=at).values_list("kind", "valid_until"):
        until[kind] = max(end, until.get(kind, end))
    nda, training = until.get(Pledge.Kind.NDA), until.get(Pledge.Kind.TRAINING)
    return Fitness(nda, training, ok=nda is not None and training is not None)
