"""Whose pledges have lapsed sees masks, whatever the matrix grants; the same table and the same walk."""

from datetime import timedelta

import pytest

from tests import house
from tests.proofs.test_matrix import LADDER, grade, turns, walk

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HIRED = house.NOON - timedelta(days=400)


@pytest.mark.parametrize(("role", "turn"), turns((0, 3), {("advisor", 0), ("lead", 3), ("compliance", 3)}))
def test_a_lapsed_pledge_leaves_masks_only(world, role, turn):
    levels = grade(turn)
    capped = {code: min(level, "masked", key=LADDER.index) for code, level in levels.items()}
    assert max(capped.values(), key=LADDER.index) != max(levels.values(), key=LADDER.index)
    assert walk(world, capped, {role})[1] == []
