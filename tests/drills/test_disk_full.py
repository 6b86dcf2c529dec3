"""The disk is full: what a person asks for does not happen by halves, nothing is shown, and it happens once there is room."""

import shutil
import subprocess

import pytest

from tests.drills import sites
from tests.drills.test_sweep_killed import AT, SMALL, finished, whole


@pytest.fixture
def narrow(office, tmp_path):
    """The office on a small file system of its own."""
    if sites.server():
        pytest.skip("a full disk of a PostgreSQL server is the server's own")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this user may not mount a small file system")
    try:
        with sites.fresh(place / "copy", like=office.site) as site:
            yield site
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(site, *, left):
    """Take all the room but this many bytes; it is given back by deleting the file."""
    ballast, room = site.folder / "ballast", shutil.disk_usage(site.folder).free - left
    with ballast.open("wb") as file:
        file.write(b"\0" * room)
    assert shutil.disk_usage(site.folder).free <= left
    return ballast


def test_a_sweep_on_a_full_disk_takes_nobody_by_halves_and_ends_once_there_is_room(narrow, office, capsys):
    ballast = fill(narrow, left=400_000)
    running = narrow.start("sweep", "--at", AT, **SMALL)
    _out, err = running.communicate(timeout=900)
    ballast.unlink()
    assert running.returncode != 0, "there was room after all"
    gone = whole(narrow, office)
    narrow.do("sweep", "--at", AT, **SMALL)
    finished(narrow, office)
    with capsys.disabled():
        print(f"\ndisk full: {len(gone)} of {len(office.due)} had left when it stopped, none by halves; the next ended it")


@pytest.mark.full
def test_on_a_full_disk_no_number_is_shown_that_no_entry_tells_of(narrow, office):
    pk = min(office.stay)
    assert narrow.tell("reveal", pk) == {"status": 200, "shown": True}
    before = narrow.rows("SELECT count(*) FROM audit_entry WHERE act = 'phone.reveal'")
    ballast = fill(narrow, left=0)
    told = narrow.tell("reveal", pk)
    assert (told["status"] >= 500, told["shown"]) == (True, False)
    ballast.unlink()
    assert narrow.rows("SELECT count(*) FROM audit_entry WHERE act = 'phone.reveal'") == before
    assert narrow.tell("reveal", pk) == {"status": 200, "shown": True}
