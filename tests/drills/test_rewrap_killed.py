"""`kill -9` in the middle of `keyring rewrap`: everything opens at once, and the next run ends it."""

import random
import signal
from collections import Counter

import pytest

from tests.drills import sites

SMALL = {"batch": 5}
PEOPLE = "SELECT count(*) FROM contacts_contact"


def began(folder, office, suite):
    """An office with a new key of this suite and a new generation of tags in use, nobody moved yet."""
    with sites.fresh(folder, like=office.site) as site:
        (folder / "env").write_text(f"YUNNUO_SUITE={suite}\n")
        for purpose in ("kek", "index"):
            waiting = site.do("keyring", "add", purpose).split()[-1]
            site.do("keyring", "promote", waiting)
        yield site


@pytest.fixture(scope="module")
def renewed(office, tmp_path_factory):
    yield from began(tmp_path_factory.mktemp("drill") / "renewed", office, "aes-256-gcm")


@pytest.fixture(scope="module")
def national(office, tmp_path_factory):
    yield from began(tmp_path_factory.mktemp("drill") / "national", office, "sm4-gcm")


def statements(site, folder):
    """How many statements and commits a whole run takes; of a copy, which is dropped."""
    with sites.fresh(folder, like=site) as dry:
        dry.do("keyring", "rewrap", **SMALL)
        return len(dry.log.read_text().splitlines())


def everything(site):
    """All names and numbers open, whichever key they are under."""
    site.settle()
    told = site.tell("read")
    assert (told["closed"], told["opened"]) == (0, 2 * int(str(site.rows(PEOPLE)[0][0])))


def ended(site):
    """The next run ends what was begun: nobody is under the former keys, and every person has one set of tags in use."""
    assert "steps are left" not in site.do("keyring", "rewrap", **SMALL)
    everything(site)
    kids = {bytes(kid) for (kid,) in site.rows("SELECT DISTINCT kid FROM vault_personkey", "vault")}
    tags = Counter(generation for (generation,) in site.rows("SELECT generation FROM vault_blindindex", "vault"))
    assert (len(kids), len(tags), len(set(tags.values()))) == (1, 2, 1)
    site.do("audit", "verify")


@pytest.mark.parametrize("way", ["renewed", "national"])
def test_a_rewrap_killed_anywhere_loses_nothing_and_is_ended_by_the_next(way, tmp_path, request, capsys):
    site = request.getfixturevalue(way)
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    dice, seen = random.Random(20261125), Counter()
    lines = statements(site, tmp_path / "dry")
    for number in range(100 if whole_way else 1):
        with sites.fresh(tmp_path / f"copy-{number}", like=site) as copy:
            running = copy.start("keyring", "rewrap", kill_at=dice.randrange(lines // 3, lines), **SMALL)
            running.communicate(timeout=900)
            seen["kills"] += running.returncode == -signal.SIGKILL
            everything(copy)
            ended(copy)
    assert seen["kills"] > 0
    with capsys.disabled():
        print(f"\nrewrap ({way}) killed {seen['kills']} times: every value opened, the next run ended it")
