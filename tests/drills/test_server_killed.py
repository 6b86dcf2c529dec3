"""PostgreSQL itself is killed while acts are written and sealed: what it had taken is there, and the trail is whole."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest

from crm.servers import postgres
from tests.drills import sites
from tests.drills.test_seal_killed import ENTRIES, whole


class Server:
    """A server of this drill's own that keeps its promises to the disk, to be killed and started again."""

    def __init__(self, folder, binaries, user):
        self.folder, self.binaries, self.user, self.running = folder, binaries, user, None
        words = ("-U", "yunnuo", "-A", "trust", "--locale=C", "--encoding=UTF8")
        subprocess.run([binaries / "initdb", "-D", folder / "data", *words], check=True, capture_output=True, **user)
        self.start()

    @property
    def url(self):
        return f"postgres://yunnuo@{quote(str(self.folder), safe='')}/yunnuo"

    def start(self):
        """Start it and wait until it has read its log again."""
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}", "-c", "timezone=UTC"]
        command = [self.binaries / "postgres", "-D", self.folder / "data", *options]
        with open(self.folder / "log", "ab") as log:
            self.running = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, cwd=self.folder, **self.user
            )
        for _try in range(600):
            try:
                psycopg2.connect(host=str(self.folder), user="yunnuo", dbname="postgres").close()
                return
            except psycopg2.OperationalError:
                assert self.running.poll() is None, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.05)
        raise AssertionError("the server did not come back")

    def kill(self):
        """All of it, at once, as a power cut of this process would."""
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


@contextmanager
def serving():
    """A server in a folder whose name leaves room for a socket's."""
    binaries = postgres.find()
    if binaries is None:
        pytest.skip("no PostgreSQL on this machine")
    folder = Path(tempfile.mkdtemp(prefix="yn-kill-", dir="/tmp"))
    user = postgres._owner(folder)
    server = Server(folder, postgres._reachable(binaries, folder, user), user)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(not sites.server(), reason="SQLite has no server to kill")
def test_whatever_the_server_had_taken_is_there_after_kill_9(tmp_path, monkeypatch, request, capsys):
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    kills, dice, told = 20 if whole_way else 1, random.Random(20261125), set()
    with serving() as server:
        monkeypatch.setenv("DATABASE_URL", server.url)
        with sites.fresh(tmp_path / "site") as site:
            site.tell("fill")
            site.do("seal", "--new-key")
            for _kill in range(kills):
                writers = [site.start("-m", "tests.drills.office", "stream") for _n in range(2)]
                first = [writer.stdout.readline() for writer in writers]
                sealer = site.start("seal", pause=0.002)
                time.sleep(dice.uniform(0.2, 1.2))
                server.kill()
                said = "".join(first + [writer.communicate(timeout=900)[0] for writer in writers])
                sealer.communicate(timeout=900)
                told |= {line for line in said.split("\n")[:-1] if len(line) == 32}
                server.start()
                there = set(site.ids("SELECT eid FROM audit_entry"))
                assert told <= there, f"{len(told - there)} of {len(told)} that were taken are gone"
                whole(site)
            site.do("seal")
            assert whole(site) == site.rows(ENTRIES)[0][0]
            site.do("audit", "verify")
    with capsys.disabled():
        print(f"\nPostgreSQL killed {kills} times: {len(told)} entries it had taken, 0 gone; the trail verifies")
