"""The link by which a person stops everything without an account (D1); works for as long as they are here."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from consent.models import StopLink


def issue(*, subject: UUID, at: datetime) -> str:
    """A fresh link token for this subject; only its hash is kept."""
    token = secrets.token_urlsafe(16)
    StopLink.objects.create(token_hash=hash_of(token), subject_id=subject, created_at=at)
    return token


def find(token: str) -> UUID | None:
    """The subject of a token, or None."""
    return StopLink.objects.filter(token_hash=hash_of(token)).values_list("subject_id", flat=True).first()


def hash_of(token: str) -> str:
    """What is kept of a token that opens a page by itself; the token is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()
