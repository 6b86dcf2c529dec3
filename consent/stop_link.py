"""The link by which a person stops everything without an account (D1); works for as long as they are here."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from consent.models import StopLink


def issue(*, subject: UUID, at: datetime) -> str:
    """A fresh link token for this subject; only its hash is kept."""
    token = secrets.token_urlsafe(16)
    StopLink.objects.create(token_hash=_hash(token), subject_id=subject, created_at=at)
    return token


def find(token: str) -> UUID | None:
    """The subject of a token, or None."""
    return StopLink.objects.filter(token_hash=_hash(token)).values_list("subject_id", flat=True).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
