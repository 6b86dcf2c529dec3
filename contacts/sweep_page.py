"""What the page of one sweep shows: what it waits for, and what this user may do about it."""

from collections import Counter
from dataclasses import dataclass

from contacts import sweep
from contacts.models import SweepApproval, SweepRun
from team.models import User

State = SweepRun.State
LIVE = frozenset({State.PLANNED, State.RUNNING})


@dataclass(frozen=True)
class Work:
    """One run as its page shows it; `rules` counts who would leave, while it still waits."""

    run: SweepRun
    approvals: list[SweepApproval]
    rules: list[tuple[str, int]]
    may_approve: bool

    @property
    def waiting(self) -> bool:
        """Whether people must say something first."""
        return self.run.state == State.WAITING

    @property
    def busy(self) -> bool:
        """Whether it moves by itself, so that the page looks again."""
        return self.run.state in LIVE

    @property
    def paused(self) -> bool:
        """Whether it rests."""
        return self.run.state == State.PAUSED

    @property
    def missing(self) -> int:
        """How many people must still approve."""
        return max(0, self.run.needs - len(self.approvals)) if self.waiting else 0


def of(run: SweepRun, *, by: User) -> Work:
    """The run, who approved this count of it, and whether `by` may."""
    approvals = list(run.approvals.filter(planned=run.planned).select_related("by"))
    waiting = run.state == State.WAITING
    rules = Counter(sweep.due_now(run.cutoff).values_list("delete_rule", flat=True)).most_common() if waiting else []
    return Work(run, approvals, rules, waiting and by.pk not in {row.by_id for row in approvals})
