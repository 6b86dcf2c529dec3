"""What the tables of promises and of the person's own window refuse by themselves (C5, H3)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from audit.trail import Self_
from consent import windows
from consent.models import ContactWindow, NoticePurpose, NoticeVersion
from consent.windows import Window
from tests import house
from tests.refusals.naming import AT, plain, proves, real, trigger, wang
from tests.refusals.test_triggers import run

TABLE = "consent_contactwindow"
HOURS = [(8, 12), (10, 22), (12, 12), (18, 9), (10, None), (None, 18)]


def tick(**how):
    """One tick of a version that is being written."""
    old = NoticeVersion.objects.get(number=1)
    draft = NoticeVersion.objects.create(notice=old.notice, number=90, content={}, created_at=AT)
    words = {"tick_zh": "电话", "tick_en": "calls", "valid_days": 1, "order": 0}
    return NoticePurpose.objects.create(version=draft, purpose_id="phone_contact", channel="call", **words, **how)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@proves("tick_hours_from_nine_to_nine")
@plain
def test_no_version_promises_an_hour_before_nine_or_after_nine():
    house.build()
    for opens, closes in HOURS:
        with refused("tick_hours_from_nine_to_nine"), transaction.atomic():
            tick(hour_from=opens, hour_to=closes)
    assert tick(hour_from=9, hour_to=21).hour_to == 21


@proves("tick_promises_at_least_one")
@pytest.mark.parametrize("span", ["day", "week", "month"])
@plain
def test_a_promise_of_none_at_all_is_no_tick(span):
    house.build()
    with refused("tick_promises_at_least_one"), transaction.atomic():
        tick(**{f"per_{span}": 0})
    assert getattr(tick(**{f"per_{span}": 1}), f"per_{span}") == 1


@proves("window_from_nine_to_nine", "one_window_number")
@plain
def test_nobody_chooses_an_hour_before_nine_or_after_nine_nor_twice_in_one_breath():
    person = wang(house.build())
    told = {"subject_id": person, "midday": False, "every_day": False, "chosen_at": AT}
    with transaction.atomic():
        trail.record("person.window", by=Self_(person), at=AT, subject=person)
        for opens, closes in HOURS:
            with refused("window_from_nine_to_nine"), transaction.atomic():
                ContactWindow.objects.create(number=1, hour_from=opens, hour_to=closes, **told)
        ContactWindow.objects.create(number=1, hour_from=9, hour_to=21, **told)
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactWindow.objects.create(number=1, hour_from=9, hour_to=21, **told)
    assert ContactWindow.objects.get().number == 1


@proves(*trigger(TABLE, "grows", "insert", "update", "delete"), *trigger(TABLE, "audit", "insert", "update", "delete"))
@real
def test_what_a_person_chose_stays_and_is_on_record():
    person = wang(house.build())
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        told = {"subject_id": person, "midday": False, "every_day": False, "chosen_at": AT}
        ContactWindow.objects.create(id=uuid4(), number=1, hour_from=9, hour_to=21, **told)
    windows.choose([person], Window(10, 18), at=AT)
    for road in (f"UPDATE {TABLE} SET hour_from = 9", f"DELETE FROM {TABLE}"):
        with pytest.raises(DatabaseError), transaction.atomic():
            trail.record("person.window", by=Self_(person), at=AT, subject=person)
            run(road)
    assert [(row.hour_from, row.hour_to) for row in ContactWindow.objects.all()] == [(10, 18)]
