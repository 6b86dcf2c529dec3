"""Entry identities: UUID version 7 (RFC 9562), so that they sort by time and cannot be guessed."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Whole microseconds from 1970 to `at` (aware), exact, never through a float.

    Raises ValueError for a naive time.
    """
    if at.tzinfo is None:
        raise ValueError("an entry needs an aware time")
    passed = at - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def moment(at_us: int) -> datetime:
    """The UTC time of a count of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at_us)


def uuid7(at: datetime) -> UUID:
    """A version 7 UUID whose first 48 bits are the milliseconds of `at`; the other 74 are random."""
    return uuid7_of(microseconds(at))


def uuid7_of(at_us: int) -> UUID:
    """The same of a count of microseconds since 1970."""
    milliseconds = at_us // 1000
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("time out of range")
    bits = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=bits)
