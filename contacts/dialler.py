"""The line to the telephone system: takes a number in the house, gives none back."""

import logging
from typing import Protocol
from uuid import UUID

logger = logging.getLogger(__name__)


class Dialler(Protocol):
    """Connects a member of staff with a number; the number never leaves the server (H2)."""

    def connect(self, *, attempt: UUID, digits: str) -> None:
        """Start the call of this attempt to these E.164 digits."""


class ConsoleDialler:
    """Stands in for a telephone system: notes that a call was placed, not where to."""

    def connect(self, *, attempt: UUID, digits: str) -> None:
        """Log the attempt; the digits are dropped."""
        logger.info("call placed", extra={"attempt": str(attempt), "length": len(digits)})


dialler: Dialler = ConsoleDialler()
