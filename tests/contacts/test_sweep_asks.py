"""A sweep that people look at first: what makes it ask, who may say yes, and what a yes is worth."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from audit import trail
from audit.models import Entry
from audit.trail import System
from consent.models import Consent
from contacts import brakes, nightly, nights, steering, sweep
from contacts.models import Contact, SweepApproval, SweepRun
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("sweep")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NUMBERS = [f"138000010{n:02d}" for n in range(5)]


@pytest.fixture
def home(monkeypatch):
    """Five people met by Li never confirmed; the seven days of all five are over in the database's year."""
    monkeypatch.setattr(brakes, "FEW", 3)
    home = house.build()
    for number in NUMBERS:
        house.arrive(home.event, number, confirm=False)
    return home


def now():
    return brakes.database_clock()


def waiting_run():
    with pytest.raises(brakes.SweepRefused) as refused:
        nightly.now(by=BY, at=now())
    assert refused.value.code == "waiting"
    return SweepRun.objects.get(state="waiting")


def swept(at):
    return SweepRun.objects.create(started_at=at, cutoff=at, heartbeat=at, state="done", finished_at=at)


def approve(run, by):
    return steering.approve(run_id=run.pk, planned=run.planned, by=by, at=now())


def browser(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_more_than_usual_waits_for_one_person_and_then_leaves(home):
    run = waiting_run()
    assert (run.why, run.planned, run.needs, Contact.objects.count()) == ("many", 5, 1, 5)
    assert nightly.resume(by=BY, at=now()) == 0
    assert approve(run, home.chen).state == "planned"
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (1, 0)
    run.refresh_from_db()
    assert (run.state, run.deleted) == ("done", 5)
    acts = ["sweep.asked", "sweep.approved", "sweep.started", "sweep.finished"]
    found = Entry.objects.filter(act__startswith="sweep.").order_by("seq")
    assert list(found.values_list("act", flat=True)) == acts


def test_three_leave_without_anybody_being_asked(home):
    for pk in Contact.objects.values_list("pk", flat=True)[:2]:
        steering.postpone(contact=Contact.objects.get(pk=pk), reason="identity", days=15, by=home.chen, at=now())
    assert nightly.now(by=BY, at=now()).deleted == 3


def test_one_in_fifty_of_a_large_book_is_not_unusual(home, monkeypatch):
    monkeypatch.setattr(brakes, "SHARE", 1)
    assert brakes.unasked() == 5
    assert nightly.now(by=BY, at=now()).deleted == 5


def test_a_gap_of_more_than_two_nights_asks_whatever_the_number(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    swept(now() - 2 * DAY - MINUTE)
    run = waiting_run()
    assert (run.why, run.planned) == ("jump", 5)


@pytest.mark.parametrize("gap", [DAY, 2 * DAY - MINUTE])
def test_a_missed_night_asks_nobody(home, monkeypatch, gap):
    monkeypatch.setattr(brakes, "FEW", 100)
    swept(now() - gap)
    assert nightly.now(by=BY, at=now()).deleted == 5


def test_above_the_offices_number_two_people_say_yes(home, settings):
    settings.SWEEP_TWO_PEOPLE_ABOVE = 4
    run = waiting_run()
    assert (run.needs, approve(run, home.chen).state) == (2, "waiting")
    with pytest.raises(steering.SteeringRefused) as refused:
        approve(run, home.chen)
    assert refused.value.code == "same_person"
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (0, 5)
    assert approve(run, home.zhao).state == "planned"
    nightly.resume(by=BY, at=now())
    assert Contact.objects.count() == 0


def test_a_yes_is_worth_the_count_that_was_looked_at(home):
    run = waiting_run()
    with pytest.raises(steering.SteeringRefused) as refused:
        steering.approve(run_id=run.pk, planned=4, by=home.chen, at=now())
    assert (refused.value.code, SweepApproval.objects.count()) == ("other_count", 0)
    approve(run, home.chen)
    house.arrive(home.event, "13800001999", confirm=False)
    nightly.resume(by=BY, at=now())
    run.refresh_from_db()
    assert (run.state, run.why, run.planned, Contact.objects.count()) == ("waiting", "grown", 6, 6)
    assert approve(run, home.chen).state == "planned"
    nightly.resume(by=BY, at=now())
    assert Contact.objects.count() == 0


def test_who_waits_too_long_is_asked_anew(home):
    old = waiting_run()
    new = nightly.plan(by=BY, at=now())
    old.refresh_from_db()
    assert (old.state, new.state, Contact.objects.count()) == ("dropped", "waiting", 5)
    with pytest.raises(steering.SteeringRefused):
        approve(old, home.chen)


def test_looking_ahead_approves_the_coming_night(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    run = steering.look_ahead(by=home.chen, at=now())
    assert (run.why, run.planned, run.cutoff, run.period) == ("ahead", 5, nights.coming(now()), nights.latest(run.cutoff))
    with pytest.raises(steering.SteeringRefused):
        steering.look_ahead(by=home.chen, at=now())
    approve(run, home.chen)
    assert nightly.resume(by=BY, at=now()) == 0, "its night has not come"
    assert list(nightly.unfinished(run.cutoff)) == [run]


def test_a_usual_night_that_was_only_looked_at_passes_without_a_yes(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    run = steering.look_ahead(by=home.chen, at=now())
    SweepRun.objects.filter(pk=run.pk).update(cutoff=now() - MINUTE)
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (1, 0)


def test_a_usual_night_that_grew_by_one_after_its_yes_passes(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    run = steering.look_ahead(by=home.chen, at=now())
    approve(run, home.chen)
    house.arrive(home.event, "13800001999", confirm=False)
    SweepRun.objects.filter(pk=run.pk).update(cutoff=now() - MINUTE)
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (1, 0)


def test_who_falls_due_by_a_consent_that_ends_is_counted_before_a_yes_is_used(home):
    run = waiting_run()
    approve(run, home.chen)
    subject = house.arrive(home.event, "13800001999")[0].subject_id
    late = now() - MINUTE
    with transaction.atomic():
        trail.record("contact.changed", by=BY, at=late, subject=subject)
        Consent.objects.filter(subject_id=subject).update(valid_until=run.cutoff - MINUTE)
        Contact.objects.filter(pk=subject).update(delete_on=late + DAY)
    assert sweep.due_now(run.cutoff).count() == 5
    nightly.resume(by=BY, at=now())
    run.refresh_from_db()
    assert (run.state, run.planned, Contact.objects.count()) == ("waiting", 6, 6)


def test_an_unusual_night_that_was_looked_at_waits(home):
    run = steering.look_ahead(by=home.chen, at=now())
    SweepRun.objects.filter(pk=run.pk).update(cutoff=now() - MINUTE)
    assert (run.why, nightly.resume(by=BY, at=now()), Contact.objects.count()) == ("many", 0, 5)


def test_a_night_has_one_sweep_however_often_the_bell_rings(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    for _bell in range(3):
        nightly.tick(by=BY, at=now())
    assert list(SweepRun.objects.values_list("period", "state", "deleted")) == [(nights.latest(now()), "done", 5)]
    assert nightly.plan(by=BY, at=now(), period=nights.latest(now())) is None, "the night is taken in the table"


def test_a_sweep_by_hand_is_not_the_nights(home, monkeypatch):
    monkeypatch.setattr(brakes, "FEW", 100)
    nightly.tick(by=BY, at=now())
    nightly.now(by=home.chen, at=now())
    assert sorted(SweepRun.objects.values_list("period", flat=True), key=bool) == [None, nights.latest(now())]


def test_a_worker_that_died_is_followed_by_another(home, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    run = sweep.planned(by=BY, at=now(), count=5)
    SweepRun.objects.filter(pk=run.pk).update(state="running", deleted=0, heartbeat=now() - 9 * MINUTE)
    assert nightly.resume(by=BY, at=now()) == 0, "somebody may still be at it"
    SweepRun.objects.filter(pk=run.pk).update(heartbeat=now() - 11 * MINUTE)
    assert nightly.resume(by=BY, at=now()) == 1
    run.refresh_from_db()
    assert (run.state, run.deleted, Contact.objects.count()) == ("done", 5, 0)


def test_of_two_workers_one_gets_the_run(home):
    run = sweep.planned(by=BY, at=now(), count=5)
    same = SweepRun.objects.get(pk=run.pk)
    assert (sweep.work(run, by=BY, at=now()).deleted, sweep.work(same, by=BY, at=now()).deleted) == (5, 0)
    assert Entry.objects.filter(act="sweep.finished").count() == 1


def test_a_paused_sweep_rests_until_somebody_says_so(home):
    run = sweep.planned(by=BY, at=now(), count=5)
    steering.pause(run_id=run.pk, by=home.chen, at=now())
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (0, 5)
    steering.go_on(run_id=run.pk, by=home.chen, at=now())
    assert (nightly.resume(by=BY, at=now()), Contact.objects.count()) == (1, 0)


def test_a_pause_is_heard_after_the_batch_at_work(home, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    run = sweep.planned(by=BY, at=now(), count=5)
    batch = sweep._sweep_batch

    def paused_meanwhile(*args, **named):
        steering.pause(run_id=run.pk, by=home.chen, at=now())
        return batch(*args, **named)

    monkeypatch.setattr(sweep, "_sweep_batch", paused_meanwhile)
    sweep.work(run, by=BY, at=now())
    run.refresh_from_db()
    assert (run.state, run.deleted, Contact.objects.count()) == ("paused", 2, 3)


def test_after_its_time_in_one_go_it_rests_and_the_next_bell_goes_on(home, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    monkeypatch.setattr(sweep, "BUDGET", 0)
    run = sweep.planned(by=BY, at=now(), count=5)
    left = []
    sweep.work(run, by=BY, at=now())
    while nightly.resume(by=BY, at=now()):
        left.append(Contact.objects.count())
    run.refresh_from_db()
    assert (left, run.state, run.deleted) == ([1, 0, 0], "done", 5)


def test_a_clock_in_doubt_resumes_nothing(home):
    sweep.planned(by=BY, at=now() - DAY, count=5)
    with pytest.raises(brakes.SweepRefused):
        nightly.resume(by=BY, at=now() + 400 * DAY)
    assert Contact.objects.count() == 5


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-03-01T17:59:59+00:00", date(2026, 3, 1)),
        ("2026-03-01T18:00:00+00:00", date(2026, 3, 2)),
        ("2028-02-29T20:00:00+00:00", date(2028, 3, 1)),
    ],
)
def test_a_night_begins_at_two_in_the_office(moment, night):
    at = house.datetime.fromisoformat(moment)
    assert nights.latest(at) == night
    assert nights.coming(at) - at <= DAY
    assert nights.latest(nights.coming(at)) == night + DAY


def test_the_pages_ask_show_and_obey(home, settings):
    settings.SWEEP_TWO_PEOPLE_ABOVE = 4
    with time_machine.travel(now(), tick=True):
        chen, zhao = browser(home.chen), browser(home.zhao)
        where = chen.post("/retention/sweep/").url
        run = SweepRun.objects.get(state="waiting")
        assert where == f"/retention/sweeps/{run.pk}/"
        assert [chen.get(where).context["work"].missing, zhao.get(where).context["work"].may_approve] == [2, True]
        chen.post(f"{where}approve/", {"planned": "5"})
        assert [chen.get(where).context["work"].may_approve, zhao.get(where).context["work"].missing] == [False, 1]
        assert zhao.post(f"{where}approve/", {"planned": "five"}).status_code == 400
        zhao.post(f"{where}approve/", {"planned": "5"})
        run.refresh_from_db()
        assert run.state == "planned"
        chen.post(f"{where}pause/")
        run.refresh_from_db()
        assert (run.state, run.paused_by) == ("paused", home.chen)
        assert chen.get(f"{where}progress/")["HX-Refresh"] == "true"
        chen.post(f"{where}go-on/")
        nightly.resume(by=BY, at=now())
        assert chen.get(where).context["work"].run.deleted == 5
    for one in (browser(home.li), browser(home.sun)):
        assert {one.post(f"{where}{deed}/").status_code for deed in ("approve", "pause", "go-on")} == {403}


def test_the_home_pages_call_for_the_second_pair_of_eyes(home):
    run = waiting_run()
    for user in (home.chen, home.zhao):
        tiles = [tile for tile in browser(user).get("/").context["tiles"] if tile.url == f"/retention/sweeps/{run.pk}/"]
        assert [tile.count for tile in tiles] == [1]


def test_tonights_sweep_is_looked_at_from_the_page(home):
    with time_machine.travel(now(), tick=True):
        chen = browser(home.chen)
        tonight = chen.get("/retention/").context["tonight"]
        assert (tonight.count, tonight.unasked, tonight.asks, tonight.run) == (5, 3, True, None)
        where = chen.post("/retention/tonight/").url
        assert chen.get("/retention/").context["tonight"].run.planned == 5
        assert chen.get(where).context["work"].rules == [("unconfirmed", 5)]
        assert chen.post("/retention/tonight/", follow=True).redirect_chain == [("/retention/", 302)]
