"""`kill -9` in the middle of sealing, again and again, with acts in between: no entry is lost, none has two places."""

import random
import signal
from collections import Counter

import pytest

ENTRIES, LEAVES = "SELECT count(*) FROM audit_entry", "SELECT count(*), count(DISTINCT seq) FROM audit_leaf"
BOTH = "SELECT count(*) FROM audit_leaf l JOIN audit_pending p ON p.seq = l.seq"
NEITHER = (
    "SELECT count(*) FROM audit_entry e LEFT JOIN audit_leaf l ON l.seq = e.seq LEFT JOIN audit_pending p ON p.seq = e.seq "
    "WHERE l.seq IS NULL AND p.seq IS NULL"
)


def whole(site):
    """Every entry has one place or waits for one, never both, never neither; answers how many have a place."""
    site.settle()
    ((entries,),), ((leaves, different),) = site.rows(ENTRIES), site.rows(LEAVES)
    ((waiting,),) = site.rows("SELECT count(*) FROM audit_pending")
    assert (leaves + waiting, different) == (entries, leaves)
    assert site.rows(BOTH) + site.rows(NEITHER) == [(0,), (0,)]
    return leaves


def test_a_sealer_killed_anywhere_loses_nothing(copy, request, capsys):
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    copy.do("seal", "--new-key")
    copy.do("seal", pause=0)
    lines, dice, seen = len(copy.log.read_text().splitlines()), random.Random(20261125), Counter()
    assert whole(copy) > 0
    while seen["kills"] < (200 if whole_way else 2):
        copy.tell("write", str(dice.randrange(1, 700)))
        copy.log.unlink(missing_ok=True)
        running = copy.start("seal", kill_at=dice.randrange(1, lines + 6))
        running.communicate(timeout=900)
        seen["kills"] += running.returncode == -signal.SIGKILL
        seen["ended"] += running.returncode == 0
        seen["places at a kill"] += whole(copy)
    copy.do("seal")
    assert (whole(copy), copy.rows("SELECT count(*) FROM audit_pending")) == (copy.rows(ENTRIES)[0][0], [(0,)])
    copy.do("audit", "verify")
    with capsys.disabled():
        print(f"\nsealer killed {seen['kills']} times: 0 lost, 0 twice, every root recomputes; {dict(seen)}")


@pytest.mark.full
def test_four_sealers_at_once_give_each_entry_one_place(copy):
    copy.do("seal", "--new-key")
    copy.do("seal")
    copy.tell("write", "900")
    four = [copy.start("seal", pause=0.005) for _n in range(4)]
    ended = [running.communicate(timeout=900) and running.returncode for running in four]
    assert 0 in ended
    copy.do("seal")
    assert whole(copy) == copy.rows(ENTRIES)[0][0]
    copy.do("audit", "verify")
