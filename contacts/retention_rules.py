"""When a person must leave: pure arithmetic over their consents and the office's table of days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A yes that rests, or that a newer notice has overtaken, keeps the person until its own end; what it opens, the gate says.
LIVE = frozenset({"given", "renewed", "suspended", "superseded"})
REFUSALS = {
    "withdrawn": "withdrawn",
    "refused": "refused",
    "invalidated": "invalidated",
    "revoked": "revoked",
}
WAITING = {"asserted": "asserted", "requested": "unconfirmed", "deferred": "deferred"}

DEFAULT_DAYS: dict[str, int] = {
    "withdrawn": 0,
    "refused": 0,
    "invalidated": 0,
    "revoked": 0,
    "wrong_number": 0,
    "expired": 0,
    "unconfirmed": 7,
    "deferred": 14,
    "asserted": 7,
    "event_lead": 180,
    "contacted": 365,
    "unreachable": 30,
    "promise": 0,
    "no_basis": 0,
}


@dataclass(frozen=True)
class Standing:
    """One consent as retention sees it: where it stands, since when, until when (UTC)."""

    state: str
    changed_at: datetime
    given_at: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Due:
    """The end date of a person and the rule that set it."""

    on: datetime
    rule: str


def due(
    standings: Iterable[Standing],
    *,
    created_at: datetime,
    contacted: bool,
    days: Mapping[str, int],
    all_wrong: bool = False,
    unreachable_since: datetime | None = None,
) -> Due:
    """The earliest of the end dates that apply; serves J1, J3, J6 and law.md §4.

    `standings` are all consents of the person, `contacted` says whether a call was ever
    answered, `days` is the office's table, `all_wrong` that no number of theirs is theirs,
    `unreachable_since` when the third call in a row reached nobody, if the last three did.
    """
    rows = list(standings)
    if all_wrong:
        last = max((row.changed_at for row in rows), default=created_at)
        return _after(last, "wrong_number", days)
    live = [row for row in rows if row.state in LIVE and row.valid_until and row.given_at]
    if live:
        return _due_live(live, contacted=contacted, days=days, unreachable_since=unreachable_since)
    return _due_dead(rows, created_at=created_at, days=days)


def _after(start: datetime, rule: str, days: Mapping[str, int]) -> Due:
    return Due(start.astimezone(UTC) + timedelta(days=days.get(rule, DEFAULT_DAYS[rule])), rule)  # no day has 23 hours


def _due_live(
    live: list[Standing], *, contacted: bool, days: Mapping[str, int], unreachable_since: datetime | None = None
) -> Due:
    """The promise, the time after the last consent, or the time after nobody answered: the earliest.

    A consent renewed after the vain calls starts anew.
    """
    promise = Due(max(row.valid_until for row in live if row.valid_until), "promise")
    last = max(row.given_at for row in live if row.given_at)
    rule = "contacted" if contacted else "event_lead"
    options = [promise, _after(last, rule, days)]
    if unreachable_since is not None and unreachable_since > last:
        options.append(_after(unreachable_since, "unreachable", days))
    return min(options, key=lambda option: option.on)


def _due_dead(rows: list[Standing], *, created_at: datetime, days: Mapping[str, int]) -> Due:
    for group in (REFUSALS, {"expired": "expired"}, WAITING):
        hits = [_after(row.changed_at, group[row.state], days) for row in rows if row.state in group]
        if not hits:
            continue
        if group is WAITING:
            newest = {hit.rule: hit for hit in sorted(hits, key=lambda hit: hit.on)}
            return min(newest.values(), key=lambda hit: hit.on)
        return max(hits, key=lambda hit: hit.on)
    return _after(created_at, "no_basis", days)
