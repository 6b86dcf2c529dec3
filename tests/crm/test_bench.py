"""`bench`: what it divides by what; the measuring itself is not a test."""

import pytest
from django.core.management import CommandError, call_command

from bench import clock


def test_rounds_are_taken_in_turns_and_the_first_only_warms_up():
    done = []
    row = clock.compare("name", [lambda: done.append("o")] * 3, [lambda: done.append("f")] * 3, goal=2)
    assert (done, row.name, row.goal) == (["o", "f"] * 3, "name", 2)


def test_a_line_shows_both_ratios_and_the_goal():
    line = str(clock.Row("list", ours=30, floor=20, wall=50, wall_floor=20, goal=1.8))
    assert line.split() == ["list", "30.00", "20.00", "1.50", "2.50", "≤", "1.8"]


@pytest.mark.parametrize("people", [-1, 0, 199])
def test_too_few_people_to_measure_are_refused_with_a_sentence(people):
    with pytest.raises(CommandError, match="^--people needs at least 200, so that there is a list to measure.$"):
        call_command("bench", people=people)
