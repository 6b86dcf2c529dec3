"""One's own password: changed by whoever knows the old one, and every other session ends with it."""

from datetime import datetime

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.db import transaction
from django.utils.translation import gettext as _

from audit import trail
from team import sessions, throttle
from team.models import User

TRIES, SECONDS = 8, 300


class LongEnough(MinimumLengthValidator):
    """The framework's own check, with a sentence in both languages: its own Chinese is missing."""

    def get_error_message(self) -> str:
        """What to do."""
        return _("Please choose a password of at least %(count)s characters.") % {"count": self.min_length}


class PasswordRefused(Exception):
    """Nothing changed; `wait` is the number of seconds to wait when there were too many tries."""

    def __init__(self, wait: int = 0) -> None:
        """Keep the waiting time."""
        super().__init__("refused")
        self.wait = wait


def change(*, old: str, new: str, keep: str, by: User, at: datetime) -> int:
    """Set a new password; ends every session of theirs but `keep`, and returns how many ended.

    A stolen session must not become a stolen account: the old password is asked for, and tries are
    counted per account, wherever they come from. Raises PasswordRefused; the refusal is in the trail (I10).
    """
    answer = throttle.hit(f"password:{by.pk}", limit=TRIES, seconds=SECONDS, at=at)
    if not answer.allowed or not by.check_password(old):
        reason = "password" if answer.allowed else "locked"
        trail.record_alone("user.password", by=by, at=at, subject=by.pk, outcome="denied", reason=reason)
        raise PasswordRefused(0 if answer.allowed else answer.retry_after)
    with transaction.atomic():
        trail.record("user.password", by=by, at=at, subject=by.pk)
        by.set_password(new)
        by.save(update_fields=["password"])
        return sessions.end_all(by, keep=keep)
