"""One-time codes that prove a number is in its owner's hand (C6, K6)."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from consent import sms
from consent.models import Challenge
from team import throttle
from vault import index

LIFE = timedelta(minutes=10)
TRIES = 5
WRONG_NUMBER = {"limit": 30, "seconds": 86_400}  # wrong codes for one number, over all the codes that were asked for it
WRONG_CLIENT = {"limit": 60, "seconds": 3600}  # of one address, behind which a hall full of visitors may sit


class ChallengeRefused(Exception):
    """No code is sent or none is accepted; `code` names why: throttled, expired, spent, used, overtaken."""

    def __init__(self, code: str, wait: int = 0) -> None:
        """Keep the code, and the seconds to wait when there were too many."""
        super().__init__(code)
        self.code = code
        self.wait = wait


def admit(*, digits: str, at: datetime, door: str = "otp") -> None:
    """Count one code for this number (E.164 digits), five an hour at most; asked before anything is stored.

    Each `door` counts for itself: else one would tell, and close, what happened at the other.

    Raises ChallengeRefused("throttled") with the seconds to wait.
    """
    bucket = f"{door}:{index.fingerprint(digits).hex()}"
    answer = throttle.hit(bucket, limit=5, seconds=3600, at=at)
    if not answer.allowed:
        raise ChallengeRefused("throttled", answer.retry_after)


def admit_try(*, marks: Iterable[bytes], client: str, door: str, at: datetime) -> None:
    """Let nobody try codes for ever: neither one number from many addresses nor many numbers from one (K6).

    `marks` are the fingerprints of the numbers the code went to, `client` the address that asks. Only wrong codes count,
    each door for itself. Raises ChallengeRefused("throttled") with the seconds to wait.
    """
    for bucket, most in _buckets(marks, client, door):
        answer = throttle.full(bucket, **most, at=at)
        if not answer.allowed:
            raise ChallengeRefused("throttled", answer.retry_after)


def note_wrong(*, marks: Iterable[bytes], client: str, door: str, at: datetime) -> None:
    """Count a wrong code for these numbers and for this address."""
    for bucket, most in _buckets(marks, client, door):
        throttle.hit(bucket, **most, at=at)


def _buckets(marks: Iterable[bytes], client: str, door: str) -> list[tuple[str, dict[str, int]]]:
    numbers = [(f"{door}-wrong:{bytes(mark).hex()}", WRONG_NUMBER) for mark in marks]
    return [*numbers, (f"{door}-wrong-from:{client}", WRONG_CLIENT)]


def send(*, subject: UUID, digits: str, language: str, at: datetime, pk: UUID | None = None) -> Challenge:
    """Make a code and send it to this number, which was admitted; only the code's hash is kept."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    challenge = Challenge(pk=pk or uuid4(), subject_id=subject, created_at=at, expires_at=at + LIFE)
    challenge.code_hash = _hash(challenge, code)
    challenge.save(force_insert=True)
    sms.deliver(subject=subject, digits=digits, template="otp", words={"code": code}, language=language, at=at)
    return challenge


def answer(*, challenge: Challenge, code: str, at: datetime) -> bool:
    """Whether this is the code; counts the try. Single use. Raises ChallengeRefused when it is over."""
    if challenge.confirmed_at is not None:
        raise ChallengeRefused("used")
    if at >= challenge.expires_at:
        raise ChallengeRefused("expired")
    if challenge.attempts >= TRIES:
        raise ChallengeRefused("spent")
    right = hmac.compare_digest(challenge.code_hash, _hash(challenge, code.strip()))
    challenge.attempts += 1
    challenge.confirmed_at = at if right else None
    challenge.save(update_fields=["attempts", "confirmed_at"])
    return right


def _hash(challenge: Challenge, code: str) -> str:
    return hashlib.sha256(f"{challenge.pk}:{code}".encode()).hexdigest()
