"""O3: a time-stamp authority signs that the steps of consents, with their proofs, existed by a time."""

import hashlib
import io
import json
import subprocess
import zipfile
from datetime import timedelta

import pytest

from audit.models import Entry
from audit.trail import Self_
from consent import stamping
from consent.defence import file
from consent.models import ConsentEvent, EvidenceStamp, StampedEvent
from contacts import erase, tasks, withdrawal
from tests import house
from tests.audit import authority
from tests.audit.sealed import seal_here, tamper
from tests.consent.test_defence import check, unpack
from vault import timestamping
from vault.timestamping import StampRefused

pytestmark = [
    pytest.mark.django_db(databases=["default", "vault"]),
    pytest.mark.usefixtures("receipt_key"),
    authority.needs_openssl,
]


@pytest.fixture(scope="module")
def time_house(tmp_path_factory):
    base = tmp_path_factory.mktemp("time")
    authority.found_in(base / "known")
    return base / "known"


@pytest.fixture
def at():
    return authority.real_now()


@pytest.fixture
def home(settings, time_house):
    settings.TSA_ROOT = str(time_house / "root.pem")
    return house.build()


@pytest.fixture
def signs(settings, time_house):
    """An authority that answers."""
    with authority.serving(lambda query: (200, authority.reply(time_house, query))) as settings.TSA_URL:
        yield


def known(stamp):
    [one] = [one for one in stamping.of(list(ConsentEvent.objects.all()))[1] if one.stamp.pk == stamp.pk]
    return one


def test_o3_every_step_is_stamped_once_and_which_stamp_speaks_for_it_is_kept(home, signs, time_house, tmp_path, at):
    """
    Wang and Zhou agree -> one token over all their steps, which openssl verifies; asked again, nothing is left
    Wang withdraws -> one more token, over these steps alone
    """
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    house.arrive(home.event, house.ZHOU)
    steps = ConsentEvent.objects.count()
    assert (stamping.work(at=at), stamping.work(at=at)) == (steps, 0)
    stamp = EvidenceStamp.objects.get()
    one = known(stamp)
    assert (stamp.count, StampedEvent.objects.count(), hashlib.sha256(one.listed).hexdigest()) == (steps, steps, stamp.digest)
    assert abs(timestamping.verified(bytes(stamp.token), one.listed) - at) < timedelta(minutes=1)
    (tmp_path / "x.tsr").write_bytes(bytes(stamp.token))
    (tmp_path / "x.txt").write_bytes(one.listed)
    asked = ["ts", "-verify", "-in", tmp_path / "x.tsr", "-data", tmp_path / "x.txt", "-CAfile", time_house / "root.pem"]
    assert subprocess.run([authority.OPENSSL, *asked], capture_output=True, check=False).returncode == 0
    withdrawal.withdraw(subject=wang, scope=None, method="link", reason="withdrawal", by=Self_(wang), at=at)
    fresh = ConsentEvent.objects.count() - steps
    assert (stamping.work(at=at) == fresh, fresh > 0, EvidenceStamp.objects.count()) == (True, True, 2)
    assert list(Entry.objects.filter(act="consent.stamped").values_list("subject", flat=True)) == [None, None]


def test_o3_without_an_authority_nothing_is_asked_and_nothing_is_claimed(home, settings, at):
    house.arrive(home.event, house.WANG)
    settings.TSA_URL = ""
    assert (stamping.work(at=at), EvidenceStamp.objects.count()) == (0, 0)
    assert stamping.of(list(ConsentEvent.objects.all())) == ({}, [])


def test_o3_an_authority_that_fails_leaves_nothing_half_kept_and_the_next_hour_goes_on(
    home, settings, time_house, at, monkeypatch
):
    house.arrive(home.event, house.WANG)
    with authority.serving(lambda _query: (503, b"later")) as settings.TSA_URL, pytest.raises(StampRefused):
        stamping.work(at=at)
    assert (EvidenceStamp.objects.count(), StampedEvent.objects.count()) == (0, 0)
    assert not Entry.objects.filter(act="consent.stamped").exists()
    monkeypatch.setattr(stamping, "BATCH", 2)
    steps = ConsentEvent.objects.count()
    with authority.serving(lambda query: (200, authority.reply(time_house, query))) as settings.TSA_URL:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)
        tasks.stamp_evidence()
    assert (StampedEvent.objects.count(), EvidenceStamp.objects.count()) == (steps, -(-steps // 2))


def made(home, person, folder, at):
    return unpack(file.of(person, by=home.chen, at=at), folder)


@pytest.mark.parametrize("erased", [False, True])
def test_o3_the_defence_file_brings_the_stamps_and_its_program_checks_them(home, signs, tmp_path, at, erased):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    house.arrive(home.event, house.ZHOU)
    stamping.work(at=at)
    if erased:
        erase.one(wang, by=house.BY, at=at)
    seal_here(at=at)
    folder, stamp = made(home, wang, tmp_path / "file", at), EvidenceStamp.objects.get()
    mine = StampedEvent.objects.filter(event__consent__subject=wang).count()
    code, said = check(folder)
    assert (code, f"{mine} steps stand in lists under stamps/" in said) == (0, True), said
    listed = folder / "stamps" / f"{stamp.pk}.txt"
    whole = listed.read_bytes()
    for wrong in (whole + b"\n", whole.replace(whole[:8], b"00000000", 1), b"".join(sorted(whole.splitlines(keepends=True)))):
        if wrong != whole:
            listed.write_bytes(wrong)
            assert check(folder) == (1, "FAILED: stamp")
    listed.write_bytes(whole)
    told = json.loads((folder / "evidence.json").read_text())
    told["evidence"][0]["digest"] = "0" * 64  # another proof in the place of the one that was stamped
    (folder / "evidence.json").write_text(json.dumps(told))
    assert check(folder) == (1, "FAILED: stamp")


def test_o3_a_proof_that_is_swapped_in_the_database_later_makes_another_list_than_the_one_signed(home, signs, tmp_path, at):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    stamping.work(at=at)
    seal_here(at=at)
    stamp = EvidenceStamp.objects.get()
    tamper("UPDATE consent_evidence SET digest = %s", "f" * 64)
    with pytest.raises(StampRefused):
        timestamping.verified(bytes(stamp.token), known(stamp).listed)
    assert check(made(home, wang, tmp_path / "file", at)) == (1, "FAILED: stamp")


def test_o3_where_nothing_is_stamped_the_file_says_nothing_of_it(home, tmp_path, at):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    seal_here(at=at)
    data = file.of(wang, by=home.chen, at=at)
    assert [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.startswith("stamps/")] == []
    code, said = check(unpack(data, tmp_path / "file"))
    assert (code, "stamps" in said) == (0, False)
