"""`kill -9` in the middle of a real sweep: nobody leaves early, unrecorded or by halves, and the next sweep ends it."""

import json
import random
import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import house
from tests.drills import sites

AT = (house.NOON + timedelta(days=10)).isoformat()
SMALL = {"batch": 5}
GONE = "(SELECT subject_id FROM contacts_departure)"
LEFTOVERS = (
    f"SELECT count(*) FROM consent_evidence WHERE detail IS NOT NULL AND subject_id IN {GONE}",
    f"SELECT count(*) FROM consent_smsmessage WHERE body IS NOT NULL AND subject_id IN {GONE}",
    f"SELECT count(*) FROM consent_challenge WHERE subject_id IN {GONE}",
    f"SELECT count(*) FROM consent_stoplink WHERE subject_id IN {GONE}",
    f"SELECT count(*) FROM contacts_submission WHERE subject_id IN {GONE}",
    f"SELECT count(*) FROM contacts_phone WHERE contact_id IN {GONE}",
    f"SELECT count(*) FROM consent_consent WHERE state <> 'tombstone' AND subject_id IN {GONE}",
    f"SELECT count(*) FROM consent_consent WHERE state = 'tombstone' AND subject_id NOT IN {GONE}",
    f"SELECT count(*) FROM consent_subject WHERE erased_at IS NULL AND id IN {GONE}",
)


def whole(site, office):
    """Everything that must be true at any instant; answers who has left."""
    site.settle()
    gone, alive = (
        set(site.ids("SELECT subject_id FROM contacts_departure")),
        set(site.ids("SELECT subject_id FROM contacts_contact")),
    )
    keys = set(site.ids("SELECT owner FROM vault_personkey", "vault"))
    assert (gone & alive, gone | alive) == (set(), office.due | office.held | office.stay)
    assert gone - office.due == set(), "somebody left early, or past a hold"
    erased = Counter(site.ids("SELECT subject FROM audit_entry WHERE act = 'contact.erased' AND outcome = 'ok'"))
    assert erased == dict.fromkeys(gone, 1), "who left has one entry, and nobody else any"
    assert keys - alive - office.spare == set(), "a key outlived its person"
    assert office.held | office.stay <= keys, "somebody who stays lost their key"
    assert set(site.ids("SELECT owner FROM vault_blindindex", "vault")) <= keys, "a tag outlived its key"
    assert {sql: site.rows(sql)[0][0] for sql in LEFTOVERS} == dict.fromkeys(LEFTOVERS, 0)
    return gone


def finished(site, office):
    """Everything that must be true after a sweep that ran to its end."""
    assert whole(site, office) == office.due
    keys = set(site.ids("SELECT owner FROM vault_personkey", "vault"))
    assert keys == office.held | office.stay, "also the sheet's key and the key of nobody are gone"
    assert site.rows("SELECT count(*) FROM contacts_sheetimport WHERE file IS NOT NULL") == [(0,)]
    assert site.rows("SELECT sum(deleted) FROM contacts_sweeprun") == [(len(office.due),)]
    # Killed between its last commit and its end, a sweep was done already; the next is done as well.
    assert site.rows("SELECT count(*) FROM contacts_sweeprun WHERE state = 'done'")[0][0] in (1, 2)


def test_a_sweep_takes_who_is_due_and_leaves_the_others_readable(copy, office):
    assert whole(copy, office) == set()
    copy.do("sweep", "--at", AT, **SMALL)
    finished(copy, office)
    assert copy.tell("read") == {"opened": 2 * len(office.held | office.stay), "closed": 0}
    copy.do("audit", "verify")


GONE_ONE = "(SELECT subject_id FROM contacts_departure LIMIT 1)"
PLANTED = {
    "a key that outlived its person": (
        "vault",
        "INSERT INTO vault_personkey (owner, kid, generation, wrapped, created_at) "
        "SELECT '{gone}', kid, generation, wrapped, created_at FROM vault_personkey LIMIT 1",
    ),
    "a tag that outlived its key": ("vault", "UPDATE vault_blindindex SET owner = '{gone}' WHERE owner = '{stays}'"),
    "a key lost by somebody who stays": ("vault", "DELETE FROM vault_personkey WHERE owner = '{stays}'"),
    "a message that was left": (
        "default",
        f"UPDATE consent_smsmessage SET body = (SELECT name FROM contacts_contact LIMIT 1) WHERE subject_id IN {GONE}",
    ),
    "a subject who is not erased": ("default", f"UPDATE consent_subject SET erased_at = NULL WHERE id = {GONE_ONE}"),
    "a departure of somebody alive": (
        "default",
        "INSERT INTO contacts_departure (subject_id, run_id, rule, due_on, left_at, key_digest, phones) "
        "SELECT '{stays}', run_id, rule, due_on, left_at, key_digest, phones FROM contacts_departure LIMIT 1",
    ),
    "somebody gone without a record": ("default", f"DELETE FROM contacts_departure WHERE subject_id = {GONE_ONE}"),
}


def test_the_checks_see_whatever_is_wrong(copy, office, tmp_path):
    copy.do("sweep", "--at", AT, **SMALL)
    gone, stays = min(whole(copy, office)), min(office.stay)
    for number, (what, (side, sql)) in enumerate(PLANTED.items()):
        with sites.fresh(tmp_path / f"planted-{number}", like=copy) as planted:
            planted.rows(sql.format(gone=gone, stays=stays), side)
            with pytest.raises(AssertionError):
                whole(planted, office)
                raise LookupError(f"not seen: {what}")


def edges(log):
    """The lines of the hook at which one database has committed and the other has not, or is just about to."""
    lines = log.read_text().splitlines()
    return len(lines), [n for n, line in enumerate(lines, 1) if line.endswith("commit")]


def spread(numbers, count):
    return [numbers[n * len(numbers) // count] for n in range(count)]


def killed_at(copy, point):
    """A sweep that kills itself at this statement or commit."""
    running = copy.start("sweep", "--at", AT, kill_at=point, **SMALL)
    running.communicate(timeout=900)
    return running.returncode == -signal.SIGKILL


def killed_after(copy, seconds):
    """A sweep killed from outside, this long after its first statement; False when it was faster."""
    running = copy.start("sweep", "--at", AT, pause=0.001, **SMALL)
    while not copy.log.exists() and running.poll() is None:
        time.sleep(0.001)
    time.sleep(seconds)
    running.kill()
    running.communicate(timeout=900)
    return running.returncode == -signal.SIGKILL


def ways_to_die(dry, kills, dice):
    """How each sweep is killed: half at the edge of a commit, the rest at any statement or at any instant."""
    begun = time.monotonic()
    dry.do("sweep", "--at", AT, pause=0.001, **SMALL)
    lasts = max(time.monotonic() - begun - 1, 0.1)
    statements, commits = edges(dry.log)
    ways = [(killed_at, point) for point in spread(commits, kills // 2)]
    ways += [(killed_at, dice.randrange(1, statements)) for _n in range(kills // 5)]
    dice.shuffle(ways)
    between = [n for n, line in enumerate(dry.log.read_text().splitlines(), 1) if line == "vault after commit"]
    sure = [(killed_at, point) for point in spread(between, 2)]  # so that also the shortest run meets that moment
    return [*sure, *ways, *((killed_after, dice.uniform(0, lasts)) for _n in range(3 * kills))]


def killed_twice(copy, office, ways, seen):
    """Kill a sweep, and the next one, look at what each leaves behind, and let the third end it."""
    for _n in range(2):
        kill, when = ways.pop(0)
        if not kill(copy, when):
            break
        seen["kills"] += 1
        seen["gone at a kill"] += len(whole(copy, office))
        keys = copy.ids("SELECT owner FROM vault_personkey", "vault")
        closed = set(copy.ids("SELECT subject_id FROM contacts_contact")) - set(keys)
        assert closed <= office.due
        seen["rows nobody can open"] += len(closed)
    else:
        copy.do("sweep", "--at", AT, **SMALL)
    finished(copy, office)


def test_a_sweep_killed_anywhere_is_finished_by_the_next(office, tmp_path, request, capsys):
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    kills = 200 if whole_way else 6
    with sites.fresh(tmp_path / "dry", like=office.site) as dry:
        ways = ways_to_die(dry, kills, random.Random(20261125))
    seen = Counter()
    while seen["kills"] < kills:
        seen["offices"] += 1
        with sites.fresh(tmp_path / f"copy-{seen['offices']}", like=office.site) as copy:
            killed_twice(copy, office, ways, seen)
    assert 0 < seen["gone at a kill"] < kills * len(office.due)
    assert seen["rows nobody can open"] > 0, "no kill hit the moment between the two databases"
    with capsys.disabled():
        print(f"\nsweep killed {seen['kills']} times: 0 orphans, 0 unrecorded, 0 early, 0 past a hold; {dict(seen)}")


def test_two_sweeps_at_once_share_the_work(copy, office):
    pair = [copy.start("sweep", "--at", AT, pause=0.002, **SMALL) for _n in range(2)]
    said = [running.communicate(timeout=900) for running in pair]
    assert [running.returncode for running in pair] == [0, 0], said
    assert whole(copy, office) == office.due
    assert copy.rows("SELECT sum(deleted) FROM contacts_sweeprun") == [(len(office.due),)]
    assert copy.rows("SELECT state FROM contacts_sweeprun") == [("done",), ("done",)]


def meanwhile(copy, word, people):
    """A slow sweep, and somebody who acts on these people at the same time; answers what became of them."""
    sweep = copy.start("sweep", "--at", AT, pause=0.004, batch=2)
    other = copy.start("-m", "tests.drills.office", word, *people)
    out, err = other.communicate(timeout=900)
    said = sweep.communicate(timeout=900)
    assert (sweep.returncode, other.returncode) == (0, 0), (said, err)
    return out


def test_a_hold_placed_while_the_sweep_runs_keeps_or_comes_too_late(copy, office):
    told = json.loads(meanwhile(copy, "hold", sorted(office.due)))
    kept = replace(office, due=office.due - set(told["placed"]), held=office.held | set(told["placed"]))
    assert whole(copy, kept) == kept.due == set(told["gone"])
    assert copy.tell("read") == {"opened": 2 * len(kept.held | kept.stay), "closed": 0}


def test_somebody_who_says_yes_while_the_sweep_runs_stays_or_is_gone(copy, office):
    told = json.loads(meanwhile(copy, "renew", sorted(office.asked, reverse=True)))
    renewed = set(told["renewed"])
    assert renewed | set(told["gone"]) == office.asked
    kept = replace(office, due=office.due - renewed, stay=office.stay | renewed)
    assert whole(copy, kept) == kept.due
    assert copy.tell("read") == {"opened": 2 * len(kept.held | kept.stay), "closed": 0}
