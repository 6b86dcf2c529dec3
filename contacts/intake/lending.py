"""A colleague hands over the screen: their own session ends, and the person's page lives on a token of its own (C7).

Whoever holds the screen can sign once, within a quarter of an hour, and nothing else: every other address answers with
the sign-in page, until the colleague signs in again.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from audit import trail
from contacts.models import Contact, LentScreen
from team.models import User

STAY = timedelta(minutes=15)
KEPT = timedelta(days=1)


def lend(*, contact: Contact, by: User, at: datetime) -> str:
    """Open the page on which this person signs; returns its token, which is kept as a hash only. `at` is aware, UTC.

    The caller ends the colleague's session in the same answer. A page lent before for this person is over.
    """
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        trail.record("screen.lent", by=by, at=at, subject=contact.pk)
        LentScreen.objects.filter(expires_at__lte=at - KEPT).delete()
        LentScreen.objects.filter(subject_id=contact.pk, back_at__isnull=True).update(back_at=at)
        told = {"token_hash": _hash(token), "subject_id": contact.pk, "by": by}
        LentScreen.objects.create(**told, lent_at=at, expires_at=at + STAY)
    return token


def find(token: str, *, at: datetime) -> LentScreen | None:
    """The screen of this token, while it is lent by somebody who still works here."""
    rows = LentScreen.objects.select_related("by").filter(back_at__isnull=True, expires_at__gt=at, by__is_active=True)
    return rows.filter(token_hash=_hash(token)).first()


def give_back(screen: LentScreen, *, at: datetime) -> bool:
    """The person is done: the token is worth nothing from now on. False where it was not any more."""
    return bool(LentScreen.objects.filter(pk=screen.pk, back_at__isnull=True).update(back_at=at))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
