"""Worlds are dear: each is built once for a module, and every test finds it as it was built."""

from datetime import timedelta

import pytest
import time_machine

from tests import house
from tests.proofs import cast
from tests.proofs.worlds import crowd, settle
from tests.shared import afresh, undone


@pytest.fixture(scope="module")
def built(request, django_db_setup, django_db_blocker):
    """The world of the cast, hired when the module says so; it is gone after the last test of the module."""
    with django_db_blocker.unblock(), undone():
        with time_machine.travel(house.NOON, tick=False):
            world = cast.build(hired=getattr(request.module, "HIRED", None))
        yield world


@pytest.fixture
def world(built, db):
    """The world of the cast, for one test."""
    fresh = afresh(built)
    fresh.browsers = cast.browsers(fresh)
    return fresh


@pytest.fixture(scope="module")
def crowded_once(django_db_setup, django_db_blocker):
    """Li's book with two hundred people in it; gone after the last test of the module."""
    with django_db_blocker.unblock(), undone():
        with time_machine.travel(house.NOON, tick=False):
            home = house.build(at=house.NOON - timedelta(days=1))
            home.people = crowd()
            home.subjects = settle(home.event, home.people, by=home.li, at=house.NOON - timedelta(hours=1))
        yield home


@pytest.fixture
def crowded(crowded_once, db):
    """Li's book with two hundred people in it, for one test."""
    return afresh(crowded_once)
