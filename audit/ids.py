"""Entry identities: UUID version 7 (RFC 9562), so that they sort by time and cannot be guessed."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Whole microseconds from 1970 to `at` (aware), exact, never through a float.

    Raises ValueError for a naive time.
    """
    if at.tzinfo is None:
        raise ValueError("an entry needs an aware time")
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(at_us: int) -> datetime:
    """The UTC time of a count of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at_us)


def uuid7(at: datetime) -> UUID:
    """A version 7 UUID whose first 48 bits are the milliseconds of `at`; the other 74 are random."""
    milliseconds = microseconds(at) // 1000
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("time out of range")
    bits = milliseconds << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=bits)
