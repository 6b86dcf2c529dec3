"""Redis is emptied and killed while a sweep runs: the sweep does not notice, and the next needs no message."""

import subprocess
import time

import pytest
import redis

from crm.servers import redis as servers

EVERYBODY_DUE = "SELECT count(*) FROM contacts_contact WHERE subject_id NOT IN (SELECT subject_id FROM contacts_legalhold)"
RING = "import crm.celery, django; django.setup(); from contacts.tasks import sweep; sweep.delay()"


@pytest.fixture
def queue(tmp_path):
    """A Redis of this drill's own, to be killed."""
    binary = servers.shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server on this machine")
    socket = tmp_path / "s"
    running = subprocess.Popen([binary, "--port", "0", "--unixsocket", socket, "--save", ""], stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.05)
    yield running, socket
    running.kill()
    running.wait()


def left(copy):
    return copy.rows(EVERYBODY_DUE)[0][0]


@pytest.mark.once
def test_a_wiped_and_killed_queue_changes_nothing_but_the_minute(copy, office, queue, capsys):
    server, socket = queue
    url = f"redis+socket://{socket}"
    due = left(copy)
    worker = copy.start(
        "-m", "celery", "-A", "crm", "worker", "--pool", "solo", "--loglevel", "ERROR", redis=url, pause=0.004, batch=4
    )
    try:
        copy.do("-c", RING, redis=url)
        until = time.monotonic() + 60
        while left(copy) == due and time.monotonic() < until:
            time.sleep(0.05)
        redis.Redis(unix_socket_path=str(socket)).flushall()
        server.kill()
        reached = left(copy)
        assert 0 < reached < due, "the queue went while the sweep was at work"
        while left(copy) and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        worker.kill()
        worker.communicate(timeout=900)
    copy.settle()
    copy.do("sweep")
    assert left(copy) == 0
    assert set(copy.ids("SELECT subject_id FROM contacts_contact")) == office.held
    assert copy.rows("SELECT count(*) FROM contacts_departure") == [(due,)]
    with capsys.disabled():
        print(f"\nqueue wiped and killed with {reached} of {due} people left: all left, none twice")
