"""The erasure ledger: on the disk before the deed counts, whole or refused, and never a name or a number in it."""

import json
import os
import stat
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from audit.trail import Self_, System
from consent import catching_up, erasure_ledger
from consent.erasure_ledger import LedgerRefused
from contacts import erase, withdrawal
from contacts.models import Contact, Event
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("sweep")
LATER = house.NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def ledger(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "ledger.jsonl"
    return settings.ERASURE_LEDGER


@pytest.fixture
def wang():
    home = house.build()
    house.arrive(home.event, house.WANG)
    return Contact.objects.get()


def told():
    return [(line.number, line.kind) for line in erasure_ledger.lines()]


def gone(*numbers):
    return ({"subject": f"s{number}"} for number in numbers)


def test_lines_are_numbered_chained_and_their_owners_alone(ledger):
    assert erasure_ledger.head() == (0, erasure_ledger.START)
    assert erasure_ledger.write("erased", gone(1, 2), at=house.NOON) == 2
    erasure_ledger.write("lifted", [{"mark": "aa"}], at=house.NOON)
    assert told() == [(1, "erased"), (2, "erased"), (3, "lifted")]
    assert erasure_ledger.head() == (3, list(erasure_ledger.lines())[-1].hash)
    assert [line.number for line in erasure_ledger.lines(after=1, until=2)] == [2]
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def changed(lines, how):
    whole = [json.loads(line) for line in lines]
    yield from {
        "changed": [lines[0].replace(b"s1", b"s9"), *lines[1:]],
        "cut out": [lines[0], *lines[2:]],
        "swapped": [lines[1], lines[0], *lines[2:]],
        "doubled": [lines[0], lines[0], *lines[1:]],
        "no json": [b"{\n", *lines[1:]],
        "no kind": [json.dumps(whole[0] | {"kind": "kept"}).encode() + b"\n", *lines[1:]],
        "no date": [json.dumps(whole[0] | {"t": "today"}).encode() + b"\n", *lines[1:]],
        "a word more": [json.dumps(whole[0] | {"name": "x"}).encode() + b"\n", *lines[1:]],
    }[how]


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ("changed", 2),
        ("cut out", 2),
        ("swapped", 1),
        ("doubled", 2),
        ("no json", 1),
        ("no kind", 1),
        ("no date", 1),
        ("a word more", 1),
    ],
)
def test_a_line_that_is_not_as_it_was_written_is_named(ledger, how, line):
    erasure_ledger.write("erased", gone(1, 2, 3), at=house.NOON)
    assert erasure_ledger.check() == 3
    ledger.write_bytes(b"".join(changed(ledger.read_bytes().splitlines(keepends=True), how)))
    with pytest.raises(LedgerRefused) as refused:
        erasure_ledger.check()
    assert refused.value.line == line


def test_a_line_cut_short_by_a_power_failure_is_taken_off(ledger):
    erasure_ledger.write("erased", gone(1, 2), at=house.NOON)
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-9])
    assert erasure_ledger.head()[0] == 1
    erasure_ledger.write("erased", gone(2), at=house.NOON)
    assert ledger.read_bytes() == whole


def test_a_file_that_is_not_ours_is_not_written_on(ledger):
    ledger.write_bytes(b"dear diary\n")
    for deed in (erasure_ledger.head, lambda: erasure_ledger.write("erased", gone(1), at=house.NOON)):
        with pytest.raises(LedgerRefused):
            deed()
    assert ledger.read_bytes() == b"dear diary\n"


def _hundred(path, name):
    from django.test import override_settings

    with override_settings(ERASURE_LEDGER=path):
        for n in range(50):
            erasure_ledger.write("erased", [{"subject": f"{name}-{n}"}], at=house.NOON)


def test_four_processes_at_once_write_one_chain(ledger):
    workers = [get_context("fork").Process(target=_hundred, args=(ledger, name)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (erasure_ledger.check(), [worker.exitcode for worker in workers]) == (200, [0] * 4)


def test_an_erasure_and_a_no_each_have_their_lines_and_no_digit(wang, ledger):
    withdrawal.withdraw(subject=wang.pk, scope=None, method="link", reason="withdrawal", by=Self_(wang.pk), at=LATER)
    assert told() == [(1, "closed"), (2, "suppressed")]
    erase.one(wang.pk, by=BY, at=LATER)
    assert told()[2:] == [(3, "erased")]
    text = ledger.read_text()
    assert [str(wang.pk) in text, house.WANG in text, "王" in text] == [True, False, False]


def test_nobody_leaves_while_the_ledger_cannot_be_written(wang, settings):
    settings.ERASURE_LEDGER = Path("/nowhere/ledger.jsonl")
    with pytest.raises(LedgerRefused):
        erase.one(wang.pk, by=BY, at=LATER)
    assert Contact.objects.count() == 1


def test_a_no_counts_even_while_the_ledger_is_away_and_is_written_later(wang, settings, ledger):
    settings.ERASURE_LEDGER = Path("/nowhere/ledger.jsonl")
    withdrawal.withdraw(subject=wang.pk, scope=None, method="link", reason="withdrawal", by=Self_(wang.pk), at=LATER)
    settings.ERASURE_LEDGER = ledger
    assert told() == []
    assert (catching_up.catch_up(at=LATER), catching_up.catch_up(at=LATER)) == (2, 0)
    assert told() == [(1, "closed"), (2, "suppressed")]
    erase.one(wang.pk, by=BY, at=LATER)
    os.truncate(ledger, 0)
    assert catching_up.catch_up(at=LATER) == 2, "the erasure and the refusal; the tombstone says no more"


def test_a_no_said_again_while_the_ledger_is_away_is_not_taken_for_the_old_one(wang, settings, ledger):
    home = Event.objects.get(code="fair")
    withdrawal.withdraw(subject=wang.pk, scope=None, method="link", reason="withdrawal", by=Self_(wang.pk), at=LATER)
    house.arrive(home, house.WANG, at=LATER + timedelta(hours=1))
    again = Contact.objects.exclude(pk=wang.pk).first() or wang
    assert [kind for _number, kind in told()] == ["closed", "suppressed", "lifted"]
    settings.ERASURE_LEDGER = Path("/nowhere/ledger.jsonl")
    at = LATER + timedelta(hours=2)
    withdrawal.withdraw(subject=again.pk, scope=None, method="link", reason="withdrawal", by=Self_(again.pk), at=at)
    settings.ERASURE_LEDGER = ledger
    assert catching_up.catch_up(at=at) == 2
    assert [kind for _number, kind in told()][3:] == ["closed", "suppressed"]
