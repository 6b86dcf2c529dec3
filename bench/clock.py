"""Measures two deeds in turns, so that a noisy machine is noisy for both, and keeps the medians."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

Deed = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: milliseconds of this process's CPU and of the clock, ours and the floor's."""

    name: str
    ours: float
    floor: float
    wall: float
    wall_floor: float
    goal: float | None = None

    def __str__(self) -> str:
        """The line as it is printed."""
        goal = f"≤ {self.goal:g}" if self.goal else "-"
        cpu, wall = self.ours / self.floor, self.wall / self.wall_floor
        return f"{self.name:<36}{self.ours:>10.2f}{self.floor:>10.2f}{cpu:>8.2f}{wall:>8.2f}   {goal}"


HEAD = f"{'CPU ms, median of interleaved rounds':<36}{'ours':>10}{'floor':>10}{'CPU ×':>8}{'wall ×':>8}   goal"


def compare(name: str, ours: Iterable[Deed], floor: Iterable[Deed], *, goal: float | None = None) -> Row:
    """One round for each pair of deeds, in turns; the first pair only warms up."""
    taken = [(_once(our), _once(plain)) for our, plain in zip(ours, floor, strict=True)][1:]
    sides = [[pair[side][what] for pair in taken] for side in (0, 1) for what in (0, 1)]
    cpu, wall, cpu_floor, wall_floor = (median(side) * 1000 for side in sides)
    return Row(name, cpu, cpu_floor, wall, wall_floor, goal)


def once(name: str, ours: Deed, floor: Deed, *, goal: float | None = None) -> Row:
    """Deeds that can be done only once."""
    ((cpu, wall), (cpu_floor, wall_floor)) = _once(ours), _once(floor)
    return Row(name, cpu * 1000, cpu_floor * 1000, wall * 1000, wall_floor * 1000, goal)


def _once(deed: Deed) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    deed()
    return time.process_time() - cpu, time.perf_counter() - wall
