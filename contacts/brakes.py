"""Brakes of the sweep: a clock that jumps back or disagrees with the database lets nobody leave.

What is erased does not come back, so a sweep that nobody watches trusts no single clock. Whoever names the
moment by hand (`--at`) has looked at it; the brakes are then off.
"""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.models import SweepRun

APART = timedelta(minutes=5)
SENTENCES: dict[str, Promise] = {
    "clocks_apart": _("The clocks of this machine and of the database differ by more than five minutes; nobody was erased."),
    "clock_set_back": _("An earlier sweep ran at a later time than now; was the clock set back? Nobody was erased."),
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
