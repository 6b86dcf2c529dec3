"""Brakes of the sweep: a clock in doubt lets nobody leave, and an unusual number of people leaves only when people say so.

What is erased does not come back, so a sweep that nobody watches trusts no single clock, and no table of rules
that somebody may have mistyped. Whoever names the moment by hand (`--at`) has looked at it; the brakes are then off.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, SweepRun

APART = timedelta(minutes=5)
NIGHT = timedelta(days=1)
FEW = 100  # as many may always leave unasked (audit.md §6)
SHARE = 50  # and one in fifty of the book
Why = SweepRun.Why
SENTENCES: dict[str, Promise] = {
    "clocks_apart": _("The clocks of this machine and of the database differ by more than five minutes; nobody was erased."),
    "clock_set_back": _("An earlier sweep ran at a later time than now; was the clock set back? Nobody was erased."),
    "waiting": _("This sweep waits until somebody has looked at it and approved it; nobody was erased."),
}


class SweepRefused(Exception):
    """A sweep that a brake has stopped before it began; `code` names the brake, `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which brake it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def check(*, at: datetime) -> None:
    """Raise SweepRefused unless the database agrees that it is `at`, and no sweep has run later (audit.md §6)."""
    if abs(database_clock() - at) > APART:
        raise SweepRefused("clocks_apart")
    swept = latest()
    if swept is not None and at < swept:
        raise SweepRefused("clock_set_back")


def doubt(planned: int, *, at: datetime) -> SweepRun.Why:
    """Why people must look before this many leave; Why.NONE when nothing is unusual (J7, audit.md §6)."""
    if planned > unasked():
        return Why.MANY
    swept = latest()
    if planned and swept is not None and at - swept > settings.SWEEP_NIGHTS * NIGHT:
        return Why.JUMP
    return Why.NONE


def unasked() -> int:
    """How many may leave in one sweep without anybody being asked: a hundred, or one in fifty of the book."""
    return max(FEW, Contact.objects.count() // SHARE)


def people_needed(planned: int) -> int:
    """How many must approve: one, and two above the office's number."""
    return 2 if planned > settings.SWEEP_TWO_PEOPLE_ABOVE else 1


def database_clock() -> datetime:
    """What the database holds for now (UTC)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        else:
            cursor.execute("SELECT (julianday('now') - 2440587.5) * 86400.0")
        (seconds,) = cursor.fetchone()
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def latest() -> datetime | None:
    """Until when people have left: a sweep made as of a day to come counts only for the day it was made."""
    done = SweepRun.objects.filter(state=SweepRun.State.DONE)
    newest: datetime | None = done.aggregate(newest=Max(Least(F("cutoff"), F("heartbeat"))))["newest"]
    return newest
