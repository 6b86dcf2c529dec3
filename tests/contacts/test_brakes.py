"""The sweep's brakes: nobody leaves by a clock in doubt, and nothing stops the sweep for ever."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from audit.models import Entry
from audit.trail import System
from contacts import brakes, nightly, sweep
from contacts.models import Contact, SweepRun
from tests import house
from vault import persons

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("sweep")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def wang_is_due():
    """Wang never confirmed, and his seven days are over."""
    home = house.build()
    house.arrive(home.event, house.WANG, confirm=False)
    assert sweep.preview(at=house.NOON + timedelta(days=8)).due == 1
    return home


def swept(at, heartbeat=None, state="done"):
    return SweepRun.objects.create(started_at=at, cutoff=at, heartbeat=heartbeat or at, state=state)


def refused_code(at):
    with pytest.raises(brakes.SweepRefused) as refused:
        nightly.now(by=BY, at=at)
    return refused.value.code


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 400])
def test_a_clock_that_disagrees_with_the_database_lets_nobody_leave(wang_is_due, minutes):
    assert refused_code(brakes.database_clock() + minutes * MINUTE) == "clocks_apart"
    assert (Contact.objects.count(), SweepRun.objects.count()) == (1, 0)
    assert list(Entry.objects.filter(act="sweep.started").values_list("outcome", flat=True)) == ["denied"]


def test_a_bell_that_rings_all_day_leaves_one_entry_a_day(wang_is_due):
    ahead = brakes.database_clock() + 60 * 24 * 10 * MINUTE
    for minutes in (0, 5, 10, 60 * 24 + 5):
        assert refused_code(ahead + minutes * MINUTE) == "clocks_apart"
    assert Entry.objects.filter(act="sweep.started", outcome="denied").count() == 2


@pytest.mark.parametrize("minutes", [-4, 0, 4])
def test_a_small_difference_is_no_reason_to_keep_anybody(wang_is_due, minutes):
    assert nightly.now(by=BY, at=brakes.database_clock() + minutes * MINUTE).deleted == 1


def test_a_clock_set_back_lets_nobody_leave(wang_is_due):
    now = brakes.database_clock()
    swept(now + 2 * MINUTE)
    assert refused_code(now) == "clock_set_back"
    assert Contact.objects.count() == 1
    assert nightly.now(by=BY, at=now + 3 * MINUTE).deleted == 1


@pytest.mark.parametrize("state", ["running", "failed"])
def test_a_sweep_that_did_not_finish_says_nothing_of_the_clock(wang_is_due, state):
    now = brakes.database_clock()
    swept(now + 2 * MINUTE, state=state)
    assert nightly.now(by=BY, at=now).deleted == 1


def test_a_sweep_as_of_next_year_does_not_stop_tonights(wang_is_due):
    now = brakes.database_clock()
    assert sweep.run(by=BY, at=now + timedelta(days=400)).deleted == 1
    assert nightly.now(by=BY, at=brakes.database_clock() + MINUTE).deleted == 0


def test_the_command_refuses_without_a_named_moment_and_obeys_one(wang_is_due):
    with time_machine.travel(brakes.database_clock() + timedelta(days=400)):
        with pytest.raises(CommandError):
            call_command("sweep")
        assert Contact.objects.count() == 1
        call_command("sweep", at=(house.NOON + timedelta(days=6)).isoformat())
        assert Contact.objects.count() == 1
        call_command("sweep", at=(house.NOON + timedelta(days=8)).isoformat())
    assert Contact.objects.count() == 0


def test_the_button_says_why_it_refuses(wang_is_due):
    with time_machine.travel(brakes.database_clock(), tick=True):
        swept(brakes.database_clock() + 4 * MINUTE)
        client = Client()
        client.force_login(wang_is_due.chen, backend="django.contrib.auth.backends.ModelBackend")
        page = client.post("/retention/sweep/", follow=True)
    assert [str(message) for message in page.context["messages"]] == [str(brakes.SENTENCES["clock_set_back"])]
    assert Contact.objects.count() == 1


def test_a_key_just_made_survives_even_a_sweep_as_of_next_year():
    house.build()
    now = brakes.database_clock()
    young, old = uuid4(), uuid4()
    persons.make_keys([young], at=now - 10 * MINUTE)
    persons.make_keys([old], at=now - 70 * MINUTE)
    assert sweep.run(by=BY, at=now + timedelta(days=400)).leftovers == 1
    assert persons.alive([young, old]) == {young}
