"""A time-stamp authority signs each day's checkpoint; only a token that verifies offline is kept."""

import subprocess
from datetime import timedelta

import pytest
from django.utils import translation

from audit import anchoring, sealing, verify, watch
from audit.models import Anchor, Seal
from audit.offline import verify as stranger
from tests.audit import authority
from tests.audit.bundles import export_to, parts
from tests.audit.sealed import tamper, write
from vault import timestamping
from vault.timestamping import StampRefused

pytestmark = [pytest.mark.django_db, authority.needs_openssl]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An authority, and another of whom nobody here knows."""
    base = tmp_path_factory.mktemp("time")
    authority.found_in(base / "known")
    authority.found_in(base / "stranger")
    return base


@pytest.fixture
def at():
    return authority.real_now()


@pytest.fixture
def sealed(sealer, settings, house, at):
    settings.TSA_ROOT = str(house / "known" / "root.pem")
    write(3)
    sealing.seal(sealer, at=at)
    return sealer


def word_of(deed, *args, **named):
    with pytest.raises(StampRefused) as refused:
        deed(*args, **named)
    return refused.value.word


def test_a_token_is_asked_verified_kept_and_checked_by_openssl(sealed, settings, house, tmp_path, at):
    with authority.serving(lambda query: (200, authority.reply(house / "known", query))) as settings.TSA_URL:
        assert anchoring.anchor(at=at) == ["rfc3161"]
        assert (anchoring.anchor(at=at), anchoring.due(at=at)) == ([], [])
    row, seal = Anchor.objects.get(), Seal.objects.get()
    with translation.override("en"):
        assert (row.size, row.way) == (seal.size, "a time-stamp authority")
    assert abs(timestamping.verified(bytes(row.blob), seal.note.encode()) - at) < timedelta(minutes=1)
    assert verify.stamps() == 1
    sealing.seal(sealed, at=at)
    path = export_to(tmp_path / "x.zip")
    files = parts(path)
    stem = f"anchors/{seal.size:012d}"
    assert (files[f"{stem}.tsr"], files[f"{stem}.txt"].decode()) == (bytes(row.blob), seal.note)
    assert stranger.verify(path).size == seal.size + 1
    for name in (f"{stem}.tsr", f"{stem}.txt"):
        (tmp_path / name.replace("/", "-")).write_bytes(files[name])
    told = subprocess.run(
        ["openssl", "ts", "-verify", "-in", tmp_path / f"anchors-{seal.size:012d}.tsr"]
        + ["-data", tmp_path / f"anchors-{seal.size:012d}.txt", "-CAfile", settings.TSA_ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in told.stdout + told.stderr
    assert watch.alarms(at=at) == []


def late(house):
    """An answer of before: right, but to another question."""
    earlier = []

    def answer(query):
        earlier.append(authority.reply(house / "known", query))
        return 200, earlier[0]

    return answer


WRONG = {
    "a stranger's root": lambda house: lambda q: (200, authority.reply(house / "stranger", q)),
    "a byte flipped": lambda house: (
        lambda q: (200, bytes([*(t := authority.reply(house / "known", q))[:-9], t[-9] ^ 1, *t[-8:]]))
    ),
    "cut short": lambda house: lambda q: (200, authority.reply(house / "known", q)[:-20]),
    "no token": lambda house: lambda q: (200, b"<html>busy</html>"),
    "nothing": lambda house: lambda q: (200, b""),
    "an error": lambda house: lambda q: (503, b"later"),
    "a redirect": lambda house: lambda q: (302, b""),
    "endless": lambda house: lambda q: (200, b"0" * 70_000),
}


@pytest.mark.parametrize("way", WRONG)
def test_whatever_is_not_a_good_token_is_never_kept_and_is_an_alarm(sealed, settings, house, at, way):
    with authority.serving(WRONG[way](house)) as settings.TSA_URL:
        with pytest.raises(StampRefused) as refused:
            anchoring.anchor(at=at)
        assert refused.value.word in ("token", "answer")
    assert (Anchor.objects.count(), anchoring.due(at=at)) == (0, ["rfc3161"])
    [alarm] = watch.alarms(at=at)
    assert (alarm.watcher, alarm.word) == ("anchor", "anchor")
    with authority.serving(lambda query: (200, authority.reply(house / "known", query))) as settings.TSA_URL:
        anchoring.anchor(at=at)
    assert (watch.alarms(at=at), Anchor.objects.count()) == ([], 1)


def test_a_way_that_was_taken_down_is_no_alarm_any_more(sealed, settings, at):
    with authority.serving(lambda query: (503, b"later")) as settings.TSA_URL, pytest.raises(StampRefused):
        anchoring.anchor(at=at)
    assert [alarm.word for alarm in watch.alarms(at=at)] == ["anchor"]
    settings.TSA_URL = ""
    anchoring.anchor(at=at)
    assert watch.alarms(at=at + timedelta(minutes=1)) == []


def test_an_answer_to_another_question_and_one_of_another_hour_are_refused(sealed, settings, house, at):
    answer = late(house)
    with authority.serving(answer) as settings.TSA_URL:
        assert timestamping.stamp(b"note", at=at)
        assert word_of(timestamping.stamp, b"note", at=at) == "token", (
            "the same bytes again: its nonce is of the first question"
        )
    with authority.serving(lambda query: (200, authority.reply(house / "known", query))) as settings.TSA_URL:
        assert word_of(timestamping.stamp, b"note", at=at + timedelta(hours=1)) == "clock"
        token = timestamping.stamp(b"note", at=at)
        assert word_of(timestamping.verified, token, b"another note") == "token"


@pytest.mark.parametrize("url", ["http://tsa.example.cn/", "ftp://localhost/", "tsa", "https://"])
def test_only_over_tls_or_on_this_machine(settings, house, at, url):
    settings.TSA_ROOT, settings.TSA_URL = str(house / "known" / "root.pem"), url
    assert word_of(timestamping.stamp, b"note", at=at) == "address"


def test_nobody_there_and_no_root(settings, house, at, tmp_path):
    with authority.serving(lambda query: (200, authority.reply(house / "known", query))) as settings.TSA_URL:
        for file in ("nowhere.pem", "empty.pem"):
            (tmp_path / "empty.pem").write_bytes(b"")
            settings.TSA_ROOT = str(tmp_path / file)
            assert word_of(timestamping.stamp, b"note", at=at) == "root"
    settings.TSA_ROOT = str(house / "known" / "root.pem")
    assert word_of(timestamping.stamp, b"note", at=at) == "answer"


def test_a_token_that_was_changed_later_is_found_by_the_nightly_check(sealed, settings, house, at):
    with authority.serving(lambda query: (200, authority.reply(house / "known", query))) as settings.TSA_URL:
        anchoring.anchor(at=at)
    sealing.seal(sealed, at=at)
    tamper("UPDATE audit_anchor SET blob = %s", b"0\x00")
    with pytest.raises(verify.Broken, match="stamp"):
        verify.live()
    watch.check(at=at)
    assert [alarm.word for alarm in watch.alarms(at=at)] == ["stamp"]
