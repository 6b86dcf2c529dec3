"""Measures two deeds in turns, so that a noisy machine is noisy for both, and keeps the medians.

CPU is what this process, the web servers and PostgreSQL's own processes spent together: work moved into the database
is not work saved.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connections

Deed = Callable[[], object]
Meter = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table: milliseconds of CPU and of the clock, ours and the floor's; a goal is of CPU unless `by_clock`."""

    name: str
    ours: float
    floor: float
    wall: float
    wall_floor: float
    goal: float | None = None
    by_clock: bool = False

    def __str__(self) -> str:
        """The line as it is printed, with a mark where the goal is missed."""
        cpu, wall = self.ours / self.floor, self.wall / self.wall_floor
        missed = self.goal is not None and (wall if self.by_clock else cpu) > self.goal
        goal = f"≤ {self.goal:g}{' by the clock' if self.by_clock else ''}{'  missed' if missed else ''}" if self.goal else "-"
        return f"{self.name:<40}{self.ours:>10.2f}{self.floor:>10.2f}{cpu:>8.2f}{wall:>8.2f}   {goal}"


HEAD = f"{'CPU ms, median of interleaved rounds':<40}{'ours':>10}{'floor':>10}{'CPU ×':>8}{'wall ×':>8}   goal"


def compare(
    name: str, ours: Iterable[Deed], floor: Iterable[Deed], *, goal: float | None = None, meter: Meter | None = None
) -> Row:
    """One round for each pair of deeds, in turns; the first pair only warms up. `meter` reads the CPU seconds spent so far."""
    spent = meter or cpu
    taken = [(_once(our, spent), _once(plain, spent)) for our, plain in zip(ours, floor, strict=True)][1:]
    sides = [[pair[side][what] for pair in taken] for side in (0, 1) for what in (0, 1)]
    used, wall, used_floor, wall_floor = (median(side) * 1000 for side in sides)
    return Row(name, used, used_floor, wall, wall_floor, goal)


def once(name: str, ours: Deed, floor: Deed, *, goal: float | None = None, by_clock: bool = False) -> Row:
    """Deeds that can be done only once."""
    ((used, wall), (used_floor, wall_floor)) = _once(ours, cpu), _once(floor, cpu)
    return Row(name, used * 1000, used_floor * 1000, wall * 1000, wall_floor * 1000, goal, by_clock)


def cpu() -> float:
    """Seconds of CPU of this process and of the database processes that serve it."""
    return time.process_time() + sum(process(pid) for pid in _servers())


def process(pid: int) -> float:
    """Seconds of CPU of all threads of another process of this machine; 0 for one that is not here."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            total += int(task.read_text().split()[0])
    return total / 1e9


def children(pid: int) -> list[int]:
    """A process of this machine and everything it started."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def _servers() -> list[int]:
    """The PostgreSQL processes behind this process's connections; none where the database is a file."""
    open_ = [one.connection for one in connections.all(initialized_only=True) if one.vendor == "postgresql" and one.connection]
    return [pid for one in open_ if (pid := one.get_backend_pid()) != os.getpid()]


def _once(deed: Deed, spent: Meter) -> tuple[float, float]:
    before, began = spent(), time.perf_counter()
    deed()
    took = time.perf_counter() - began
    return spent() - before, took
