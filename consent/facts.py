"""What a decision of the gate depends on, as plain facts that are kept with it (A6)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

SPANS = ("day", "week", "month")


@dataclass(frozen=True)
class Facts:
    """Everything a decision depends on; kept with it, so that it can be made again (A6).

    Times are seconds since the epoch (UTC), `office_hour` and `office_minute` the office's clock.
    """

    action: str
    timed: bool
    now: int
    office_hour: int
    state: str = ""
    grade: str = "D"
    minimum_grade: str = "A"
    valid_until: int = 0
    suppressed: bool = True
    erased: bool = True
    storage_only: bool = False  # decisions from before this rule were made without it
    asked_form: str = "general"  # nor did those from before forms know of any
    given_form: str = ""
    minor: bool = False
    active_staff: bool = False
    fit_staff: bool = False
    may: bool = False
    in_book: bool = False
    attempts_today: int = 0
    attempts_week: int = 0
    attempts_month: int = 0
    unanswered_in_row: int = 0
    # What follows came later: an older decision was made without it, and is explained without it.
    attempts_long_month: int = 0  # in 31 days, as long as a month can be: a promise counts by the longest
    per_day: int | None = None  # at most, as the version promised that the person saw; None is the office's own rule
    per_week: int | None = None
    per_month: int | None = None
    hour_from: int | None = None  # whole hours of the office's clock, the last one not included
    hour_to: int | None = None
    rest_from: int = 0  # the office's rest at midday; 0 to 0 is none
    rest_to: int = 0
    working_days_only: bool = False
    day: str = "working"  # or off, or unknown where no calendar tells
    own_from: int | None = None  # the window that the person chose themself; None where they chose nothing
    own_to: int | None = None
    own_midday: bool = False
    own_every_day: bool = False
    # What the action does with which categories, on which basis, and what the register lists of its purpose (A2, A9).
    operation: str = ""  # an older decision names none, and no list is asked
    touches: Sequence[str] = ()
    basis: str = "consent"
    bases: Sequence[str] = ()
    operations: Sequence[str] = ()
    categories: Sequence[str] = ()
    client: bool = False  # in a relationship under contract today
    declared: bool = False  # this basis, for this purpose, stood in the notice that the person was shown
    recipient_known: bool = True  # whom it is passed on to is on the register of partners; an older decision did not ask
    recipient_owes: bool = False  # for more than a day the word that it knows of somebody's withdrawal; nor of this

    @property
    def used(self) -> dict[str, int]:
        """How often the person was reached in each span of a promise."""
        counts = (self.attempts_today, self.attempts_week, max(self.attempts_month, self.attempts_long_month))
        return dict(zip(SPANS, counts, strict=True))

    @property
    def promised(self) -> dict[str, int]:
        """How often the person was told they would be reached at most, in each span that names it."""
        told = zip(SPANS, (self.per_day, self.per_week, self.per_month), strict=True)
        return {span: most for span, most in told if most is not None}

    def as_json(self) -> dict[str, Any]:
        """The facts as they are stored with the decision."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Facts":
        """The facts of a stored decision."""
        return cls(**stored)
