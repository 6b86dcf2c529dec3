"""A backup of last week is brought back: nobody who left since comes back with it, and no refusal is forgotten."""

import random
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drills import sites
from tests.drills.test_sweep_killed import AT, SMALL, whole

OPEN, SEALED = {"statuses": [200, 200], "opens": True}, {"statuses": [503, 200], "opens": False}
CLOSED = "SELECT count(*) FROM consent_consent WHERE state = 'withdrawn'"
REFUSED = "SELECT count(*) FROM consent_suppression WHERE lifted_at IS NULL"


@dataclass(frozen=True)
class Lost(sites.Site):
    """An office with a backup from before; its two files and their key, and who said no since."""

    files: tuple[str, ...]
    key: str
    no: tuple[str, ...]


@pytest.fixture
def lost(copy, office, tmp_path):
    """An office that took a backup, swept, heard two people say no, and then lost both databases' last week."""
    said = copy.do("backup", "--new-key", str(tmp_path / "key"))
    (copy.folder / "env").write_text(said.splitlines()[-1] + "\n")
    copy.do("backup", "--out", str(tmp_path / "backups"))
    copy.do("sweep", "--at", AT, **SMALL)
    files = tuple(sorted(str(path) for path in (tmp_path / "backups").glob("*.backup")))
    no = tuple(sorted(office.stay)[:2])
    copy.tell("no", *no)
    assert whole(copy, office) == office.due
    return Lost(copy.folder, copy.name, files, str(tmp_path / "key"), no)


def here(site):
    return set(site.ids("SELECT subject_id FROM contacts_contact"))


def restored(site, files=None):
    site.do("restore", *(files or site.files), "--key", site.key)


def refused(site, *words):
    running = site.start("restore", *words)
    _out, err = running.communicate(timeout=900)
    assert running.returncode == 1
    return err


def nobody_came_back(site, office):
    assert here(site) == office.held | office.stay
    keys = set(site.ids("SELECT owner FROM vault_personkey", "vault"))
    assert keys & office.due == set()
    assert set(site.ids("SELECT owner FROM vault_blindindex", "vault")) & office.due == set()
    assert site.rows(f"{CLOSED} AND subject_id IN ({', '.join(repr(_spelled(pk)) for pk in site.no)})")[0][0] >= 2
    assert site.tell("knock") == OPEN


def _spelled(pk):
    return f"{pk[:8]}-{pk[8:12]}-{pk[12:16]}-{pk[16:20]}-{pk[20:]}" if sites.server() else pk


def test_nobody_who_left_comes_back_and_every_no_stands(lost, office):
    refusals = lost.rows(REFUSED)
    restored(lost)
    assert office.due <= here(lost), "the control: the backup does hold them"
    assert lost.rows(REFUSED) < refusals, "the control: the backup does not know the last refusals"
    assert lost.tell("knock") == SEALED
    said = lost.do("restore", "--replay")
    assert said.startswith(f"replayed {len(office.due) + 4} lines: {len(office.due)} people erased again, 2 consents closed")
    nobody_came_back(lost, office)
    assert lost.rows(REFUSED) == refusals
    assert lost.rows("SELECT count(*) FROM audit_entry WHERE act = 'restore.replayed'") == [(1,)]
    assert "nothing to replay" in refused(lost, "--replay")


@pytest.mark.full
def test_an_old_main_side_with_todays_vault_opens_nobody(lost, office):
    restored(lost, [path for path in lost.files if path.endswith("main.backup")])
    assert (office.due <= here(lost), lost.tell("knock")) == (True, SEALED)
    lost.do("restore", "--replay")
    nobody_came_back(lost, office)


def test_without_its_ledger_the_site_stays_sealed(lost, office):
    restored(lost)
    ledger = lost.folder / "erasure-ledger.jsonl"
    kept = ledger.read_bytes()
    for text in (b"", kept[:-40], kept.replace(b'"erased"', b'"lifted"', 1), b"".join(kept.splitlines(True)[:3])):
        ledger.write_bytes(text)
        if text == kept[:-40]:  # a line cut short is taken off: the newest act is missing, which nobody can know
            continue
        assert "stays sealed" in refused(lost, "--replay")
        assert lost.tell("knock") == SEALED
    ledger.write_bytes(kept)
    lost.do("restore", "--replay")
    nobody_came_back(lost, office)


@pytest.mark.once
@pytest.mark.parametrize("side", ["main", pytest.param("vault", marks=pytest.mark.full)])
def test_whatever_is_not_as_it_was_closed_changes_nothing(lost, office, tmp_path, side):
    path = next(path for path in lost.files if path.endswith(f"{side}.backup"))
    whole_file = Path(path).read_bytes()
    before, dice = here(lost), random.Random(7)
    places = [dice.randrange(len(whole_file)) for _n in range(6)] + [20, len(whole_file) - 1]
    damaged = [whole_file[:n] + bytes([whole_file[n] ^ 1]) + whole_file[n + 1 :] for n in places]
    damaged += [whole_file[:-1], whole_file[: len(whole_file) // 2], b"", whole_file + b"\0"]
    other = [one for one in lost.files if one != path]
    for number, content in enumerate(damaged):
        bad = tmp_path / f"{number}.backup"
        bad.write_bytes(content)
        assert "nothing was changed" in refused(lost, str(bad), *other, "--key", lost.key)
    assert (here(lost), lost.tell("knock")) == (before, OPEN)


@pytest.mark.once
def test_another_key_another_night_and_a_running_worker_are_refused(lost, office, tmp_path):
    lost.do("backup", "--new-key", str(tmp_path / "other"))
    assert "does not open" in refused(lost, *lost.files, "--key", str(tmp_path / "other"))
    lost.do("backup", "--out", str(tmp_path / "later"))
    later = sorted(str(path) for path in (tmp_path / "later").glob("*.backup"))
    assert "different backups" in refused(lost, lost.files[0], later[1], "--key", lost.key)
    assert "one main side" in refused(lost, lost.files[0], later[0], "--key", lost.key)
    lost.rows("INSERT INTO vault_worker (name, holds, seen_at) VALUES ('web:1', '{}', '2099-01-01 00:00:00+00:00')", "vault")
    assert "still running" in refused(lost, *lost.files, "--key", lost.key)
    assert (here(lost), lost.tell("knock")) == (office.held | office.stay, OPEN)


@pytest.mark.full
@pytest.mark.parametrize("words", [("files",), ("replay",)], ids=["restore", "replay"])
def test_killed_anywhere_it_is_sealed_or_as_before_and_ends_when_run_again(lost, office, tmp_path, words, request):
    full, dice = request.config.getoption("--full") or request.config.getoption("--drills"), random.Random(11)
    for _round in range(25 if full else 2):
        command = ["restore", *lost.files, "--key", lost.key]
        if words == ("replay",):
            restored(lost)
            command = ["restore", "--replay"]
        running = lost.start(*command, kill_at=dice.randrange(2, 60), batch=5)
        running.communicate(timeout=900)
        lost.settle()
        if running.returncode == -signal.SIGKILL and lost.tell("knock") == OPEN:
            assert here(lost) == office.held | office.stay, "open, so as before"
    restored(lost)
    lost.do("restore", "--replay")
    nobody_came_back(lost, office)


@pytest.mark.once
def test_old_envelopes_are_forgotten_each_side_in_its_time(lost, tmp_path):
    assert lost.do("backup", "--prune", "--out", str(tmp_path / "backups")) == ""
    (lost.folder / "env").write_text("YUNNUO_BACKUP_DAYS=1\n")
    assert lost.do("backup", "--prune", "--out", str(tmp_path / "backups")) == "", "made today"
