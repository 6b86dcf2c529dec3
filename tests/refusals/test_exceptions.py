"""What the table of exceptions from notice refuses by itself (B10)."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from consent import exempting
from consent.models import NoticeException
from tests import house
from tests.audit.cast import run
from tests.consent.test_exceptions import FIRE, SECRET
from tests.refusals.naming import AT, plain, proves, real, trigger

TABLE = "consent_noticeexception"


@pytest.fixture
def home():
    built = house.build()
    built.row = exempting.enter(FIRE, by=built.chen, at=AT)
    return built


def change(home, **how):
    with transaction.atomic():
        trail.record("exception.approved", by=home.chen, at=AT, subject=home.row.pk)
        NoticeException.objects.filter(pk=home.row.pk).update(**how)


def refused(home, match, **how):
    with pytest.raises(IntegrityError, match=match):
        change(home, **how)


@proves("exception_decided_by_another", "exception_told_by_somebody")
@plain
def test_no_exception_without_an_approver_who_is_another_person(home):
    yes = {"decision": "approved", "decided_at": AT}
    for wrong in (
        yes,
        yes | {"decided_by": home.chen},
        {"decided_by": home.zhao},
        yes | {"decision": "x", "decided_by": home.zhao},
    ):
        refused(home, "exception_decided_by_another", **wrong)
    for wrong in ({"told": "call"}, {"told_by": home.chen, "told_at": AT}):
        refused(home, "exception_told_by_somebody", **wrong)
    change(home, **yes, decided_by=home.zhao)
    change(home, told="call", told_by=home.chen, told_at=AT)
    assert (NoticeException.objects.get().decision, NoticeException.objects.get().told) == ("approved", "call")


@proves("exception_has_its_ground", "exception_says_what_it_is_about", "consent_noticeexception_born")
@plain
def test_each_has_its_ground_says_what_it_is_about_and_is_entered_before_anything_else(home):
    right = vars(FIRE) | {"entered_by": home.chen, "entered_at": AT}
    decided = {"decision": "approved", "decided_by": home.zhao, "decided_at": AT}
    for wrong, match in (
        ({"due_on": None}, "exception_has_its_ground"),
        ({"statute": "x"}, "exception_has_its_ground"),
        ({"ground": "secrecy"}, "exception_has_its_ground"),
        ({"due_on": FIRE.began_on - house.timedelta(days=1)}, "exception_has_its_ground"),
        ({"about": ""}, "exception_says_what_it_is_about"),
        (decided, "entered before anything else"),
        ({"told": "call", "told_by": home.chen, "told_at": AT}, "entered before anything else"),
    ):
        row = NoticeException(**(right | wrong))
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            trail.record("exception.entered", by=home.chen, at=AT, subject=row.pk, reason="emergency")
            row.save(force_insert=True)
    exempting.enter(SECRET, by=home.chen, at=AT)
    assert NoticeException.objects.count() == 2


@proves("consent_noticeexception_stays", "consent_noticeexception_kept")
@plain
def test_what_was_said_stays_and_none_ever_goes(home):
    for said in (
        {"about": "x"},
        {"due_on": AT.date()},
        {"began_on": AT.date() - house.timedelta(days=1)},
        {"entered_by": home.zhao},
    ):
        refused(home, "stays", **said)
    exempting.decide(pk=home.row.pk, yes=False, by=home.zhao, at=AT)
    refused(home, "stays", decision="approved")
    exempting.tell(pk=home.row.pk, how="call", by=home.chen, at=AT)
    refused(home, "stays", told="letter")
    with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic():
        trail.record("exception.told", by=home.chen, at=AT, subject=home.row.pk)
        run(f"DELETE FROM {TABLE}")
    row = NoticeException.objects.get()
    assert (row.about, row.decision, row.told) == (FIRE.about, "refused", "call")


@proves(*trigger(TABLE, "audit", "insert", "update", "delete"))
@real
def test_none_changes_without_an_entry(home):
    for sql in (f"UPDATE {TABLE} SET decision = decision", f"DELETE FROM {TABLE}"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        NoticeException.objects.create(**vars(SECRET), entered_by=home.chen, entered_at=AT)
    assert NoticeException.objects.count() == 1
