"""The dead man's switch: when nobody is deleted although somebody should be, people hear of it once a day."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.trail import System
from contacts import alarm, steering, sweep
from contacts.models import SweepAlarm, SweepRun
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("sweep")
DAY = timedelta(days=1)
NOW = house.NOON + 9 * DAY


@pytest.fixture
def home(settings):
    """Wang's seven days ended two days ago; the office has named who is mailed."""
    settings.ALARM_MAIL = ["chen@office.example"]
    home = house.build()
    house.arrive(home.event, house.WANG, confirm=False)
    return home


def ended(at):
    return SweepRun.objects.create(started_at=at, cutoff=at, heartbeat=at, state="done", finished_at=at)


def test_a_sweep_that_runs_and_deletes_nobody_is_noticed(home):
    ended(NOW)
    assert alarm.words(at=NOW) == ["overdue"]
    sweep.run(by=BY, at=NOW)
    assert alarm.words(at=NOW) == []


def test_two_nights_without_a_sweep_are_noticed(home):
    sweep.run(by=BY, at=NOW)
    assert [alarm.words(at=NOW + gap) for gap in (2 * DAY - timedelta(minutes=1), 2 * DAY)] == [[], ["silent"]]


def test_a_house_that_never_swept_is_not_silent_but_may_be_late(home):
    assert alarm.words(at=house.NOON) == []
    assert alarm.words(at=NOW) == ["overdue"]


def test_people_who_are_waited_for_hear_of_it(home, monkeypatch):
    ended(NOW)
    run = sweep.planned(by=BY, at=NOW, count=1, state="waiting", needs=1)
    assert alarm.words(at=NOW) == ["overdue", "waiting"]
    steering.approve(run_id=run.pk, planned=1, by=home.chen, at=NOW)
    steering.pause(run_id=run.pk, by=home.chen, at=NOW)
    assert alarm.words(at=NOW) == ["overdue", "paused"]


def test_each_alarm_is_mailed_once_a_day(home):
    ended(NOW)
    for hours in (0, 1, 11, 12):  # noon to midnight in the office
        assert alarm.ring(at=NOW + hours * timedelta(hours=1)) == ["overdue"]
    assert [message.to for message in mail.outbox] == [["chen@office.example"]] * 2
    assert house.WANG[-4:] not in "".join(message.body + message.subject for message in mail.outbox)


def test_a_mail_that_does_not_leave_is_tried_again(home, settings):
    ended(NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    with pytest.raises(OSError):
        alarm.ring(at=NOW)
    assert SweepAlarm.objects.count() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    alarm.ring(at=NOW)
    assert (SweepAlarm.objects.count(), len(mail.outbox)) == (1, 1)


def test_without_addresses_it_only_tells(home, settings):
    settings.ALARM_MAIL = []
    assert (alarm.ring(at=NOW), mail.outbox, SweepAlarm.objects.count()) == (["overdue"], [], 0)


def test_the_command_fails_aloud_for_a_clock_of_its_own(home, capsys, time_machine):
    time_machine.move_to(NOW)
    ended(NOW)
    with pytest.raises(CommandError, match="more than a day ago"):
        call_command("sweep", "--alarm")
    sweep.run(by=BY, at=NOW)
    call_command("sweep", "--alarm")
    assert capsys.readouterr().out == "nobody stays longer than promised\n"
