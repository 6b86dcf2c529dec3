"""Two workers at one sheet: a slow one that was thought dead, and one that takes it up; no row is lost between them (E1)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import Entry
from contacts import erase, importing
from contacts.importing import checking, undoing
from contacts.models import Contact, SheetImport, SheetRow
from tests import house
from tests.contacts.sheetwork import commit, text, upload
from tests.contacts.test_sheet_pages import many

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


class Died(Exception):
    """A worker that is no more."""


@pytest.fixture
def clock():
    with time_machine.travel(house.NOON, tick=False) as moving:
        yield moving


@pytest.fixture
def sheet(monkeypatch, clock):
    monkeypatch.setattr(checking, "BATCH", 2)
    home = house.build()
    made = upload(home, text(many(7)))
    importing.remap(sheet=made, roles=made.mapping, encoding="", by=home.li, at=house.NOON)
    return made


def numbers(sheet):
    return list(SheetRow.objects.filter(sheet=sheet).order_by("number").values_list("number", flat=True))


def while_saving(monkeypatch, clock, sheet, meanwhile):
    """The first worker is silent for three minutes after its first batch, is thought dead, and `meanwhile` happens."""
    saving = checking._save

    def save(*told):
        saving(*told)
        monkeypatch.setattr(checking, "_save", saving)
        clock.shift(timedelta(minutes=3))
        assert importing.claim(at=house.NOON + timedelta(minutes=3), sheet_id=sheet.pk) == [(sheet.pk, "checking")]
        meanwhile()
        monkeypatch.setattr(checking, "_save", saving)

    monkeypatch.setattr(checking, "_save", save)
    return importing.check(sheet.pk, at=house.NOON)


def test_one_that_dies_as_it_takes_the_sheet_up_takes_no_row_along(monkeypatch, clock, sheet):
    def dies(*told):
        raise Died

    def another():
        clock.shift(timedelta(seconds=1))
        monkeypatch.setattr(checking, "_save", dies)
        with pytest.raises(Died):
            importing.check(sheet.pk, at=house.NOON)

    left = while_saving(monkeypatch, clock, sheet, another)
    assert (left.state, numbers(sheet)) == ("checking", []), "the first has stopped; the sheet waits to be taken up"
    clock.shift(timedelta(minutes=3))
    done = importing.check(sheet.pk, at=house.NOON)
    assert (done.state, done.read, numbers(sheet)) == ("checked", 7, list(range(2, 9)))


def test_one_that_is_done_before_the_first_goes_on_is_not_disturbed(monkeypatch, clock, sheet):
    def another():
        clock.shift(timedelta(seconds=1))
        assert importing.check(sheet.pk, at=house.NOON).state == "checked"

    done = while_saving(monkeypatch, clock, sheet, another)
    assert (done.state, done.read, numbers(sheet)) == ("checked", 7, list(range(2, 9)))


def test_each_batch_beats_so_that_a_long_check_is_not_thought_dead(monkeypatch, clock, sheet):
    comparing, saving, beats = checking._compare, checking._save, []

    def compare(*told):
        clock.shift(timedelta(seconds=90))
        comparing(*told)

    def save(*told):
        saving(*told)
        beats.append(SheetImport.objects.get(pk=sheet.pk).heartbeat - house.NOON)
        assert importing.claim(at=house.NOON + beats[-1] + timedelta(seconds=90)) == []

    monkeypatch.setattr(checking, "_compare", compare)
    monkeypatch.setattr(checking, "_save", save)
    assert importing.check(sheet.pk, at=house.NOON).state == "checked"
    assert beats == [timedelta(seconds=90 * n) for n in (1, 2, 3, 4)]


def test_a_long_undoing_beats_too_and_two_workers_end_it_once(monkeypatch, clock, sheet):
    commit(importing.check(sheet.pk, at=house.NOON))
    monkeypatch.setattr(undoing, "BATCH", 2)
    SheetImport.objects.filter(pk=sheet.pk).update(state="undoing", heartbeat=house.NOON)
    erasing, others = erase.batch, []

    def batch(*told, **how):
        clock.shift(timedelta(seconds=50))
        assert importing.claim(at=timezone.now()) == []
        others.append(1)
        if len(others) == 3:
            assert importing.undo(sheet.pk, at=house.NOON).state == "undone"
        return erasing(*told, **how)

    monkeypatch.setattr(erase, "batch", batch)
    assert importing.undo(sheet.pk, at=house.NOON).state == "undone"
    assert (Contact.objects.count(), Entry.objects.filter(act="import.undone").count()) == (0, 1)
