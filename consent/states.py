"""The table of transitions (law.md §3): what may follow what; everything else is refused."""

from datetime import datetime

ENDS = "tombstone"
# Found unlawful, or stopped by the controller or an authority: open to every consent there is.
ALWAYS = frozenset({"invalidated", "revoked", ENDS})
# A yes that stands may be confirmed again, stopped, run out, be overtaken by a newer notice, or rest.
STANDING = frozenset({"renewed", "withdrawn", "expired", "superseded", "suspended"})
TABLE: dict[str, frozenset[str]] = {
    "": frozenset({"requested", "asserted"}),
    "requested": frozenset({"requested", "given", "refused", "deferred", "expired", "withdrawn"}) | ALWAYS,
    "deferred": frozenset({"requested", "refused", "expired", "withdrawn"}) | ALWAYS,
    "asserted": frozenset({"requested", "given", "refused", "expired", "withdrawn"}) | ALWAYS,
    "given": STANDING | ALWAYS,
    "renewed": STANDING | ALWAYS,
    "superseded": frozenset({"given", "expired", "withdrawn"}) | ALWAYS,
    "suspended": frozenset({"given", "expired", "withdrawn"}) | ALWAYS,
    "refused": frozenset({"requested"}) | ALWAYS,
    "withdrawn": frozenset({"requested"}) | ALWAYS,
    "expired": frozenset({"requested"}) | ALWAYS,
    "invalidated": frozenset({"revoked", ENDS}),
    "revoked": frozenset({"invalidated", ENDS}),
    ENDS: frozenset(),
}
# After a no, only the person may begin again (条例 22(5)).
NOES = frozenset({"refused", "withdrawn"})
# A yes, in use or not: it ends on its day.
ENDING = frozenset({"given", "renewed", "suspended", "superseded"})
CLOSED = NOES | {"expired", "invalidated", "revoked", ENDS}
UNLAWFUL = frozenset({"invalidated", "revoked", ENDS})
# What signed paper, or a hand on a screen, may make a yes of; a no, a rest and what was unlawful only the own phone ends.
SIGNABLE = frozenset({"requested", "deferred", "asserted", "superseded", "expired"})
# Where a question changes nothing but that it was asked; who decides later is not asked again by whoever types the number.
ASKABLE = frozenset({"", "requested", "asserted", "expired"})
# What the person's own yes asks for anew, and gives in one breath.
ANEW = NOES | {"deferred", "expired"}
# Where a question is out already: asking once more does not begin their days anew.
ASKED = frozenset({"requested", "asserted"})
# Where somebody is being asked and has not answered.
WAITING = frozenset({"requested", "deferred", "asserted"})


# What a receipt from outside may still tell: a no, a rest, and what was unlawful; its yes opens nothing.
TELLING = NOES | {"suspended", "invalidated", "revoked"}


def heard(before: str, yes_at: datetime | None, told: str, told_at: datetime) -> str:
    """What becomes of a consent here when another record tells of it: the merge rule (law.md §3); empty for nothing.

    The person's later act counts, and of two at one moment the more restrictive: a no as new as the last yes here, or
    newer, is heard; an older no is not, and a yes never is. `yes_at` is when they last agreed here, if they did.
    """
    if told not in TELLING or before in UNLAWFUL or (yes_at is not None and told_at < yes_at):
        return ""
    if before in NOES and told not in UNLAWFUL:
        return ""
    allowed = TABLE.get(before, frozenset())
    return next((after for after in (told, "withdrawn") if after in allowed), "")


class TransitionRefused(Exception):
    """The table knows no such step."""


class Overtaken(TransitionRefused):
    """A yes that is older than the no it meets, or as old: the no stands."""


def check(before: str, after: str, *, own_act: bool = True) -> None:
    """Refuse a step the table does not know, and a new beginning after a no that is not the person's own act."""
    if after not in TABLE.get(before, frozenset()) or (before in NOES and after == "requested" and not own_act):
        raise TransitionRefused(f"{before or 'nothing'} to {after or 'nothing'}")
