"""The table of transitions (law.md §3): what may follow what; everything else is refused."""

TABLE: dict[str, frozenset[str]] = {
    "": frozenset({"requested", "asserted"}),
    "requested": frozenset({"requested", "given", "refused", "expired", "withdrawn"}),
    "asserted": frozenset({"requested", "asserted", "given", "refused", "expired", "withdrawn"}),
    "given": frozenset({"renewed", "withdrawn", "expired"}),
    "renewed": frozenset({"renewed", "withdrawn", "expired"}),
    "refused": frozenset({"requested", "given"}),
    "withdrawn": frozenset({"requested", "given"}),
    "expired": frozenset({"requested", "given", "asserted"}),
}
ENDS = "tombstone"


class TransitionRefused(Exception):
    """The table knows no such step."""


def check(before: str, after: str) -> None:
    """Refuse a step the table does not know; anything may end as a tombstone, which is final."""
    if before == ENDS or (after != ENDS and after not in TABLE.get(before, frozenset())):
        raise TransitionRefused(f"{before or 'nothing'} to {after}")
