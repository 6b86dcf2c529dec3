"""Python loads this by itself in the drills' children, and nowhere else: it counts what they ask of a database.

`DRILL_LOG` names the file that gets one line per statement and per commit; at line `DRILL_KILL_AT` the child
kills itself as nobody can refuse. `DRILL_BATCH` makes batches small, `DRILL_PAUSE` its steps slow; `DRILL_CLOCK`
moves its clock by so many seconds.
"""

import os
import signal
import time

_seen = 0


def _event(log, line):
    global _seen
    _seen += 1
    os.write(log, f"{line}\n".encode())
    time.sleep(float(os.environ.get("DRILL_PAUSE", "0")))
    if _seen == int(os.environ.get("DRILL_KILL_AT", "0")):
        os.kill(os.getpid(), signal.SIGKILL)


def _small_batches():
    from contacts import sweep
    from contacts.keys import reindexing, resealing
    from vault import rewrapping

    size = int(os.environ.get("DRILL_BATCH", sweep.BATCH))
    sweep.BATCH = reindexing.BATCH = resealing.BATCH = size
    rewrapping.batches.__kwdefaults__["size"] = size


def install():
    """Stand between Django and its databases."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    log = os.open(os.environ["DRILL_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    execute, commit = CursorWrapper._execute, BaseDatabaseWrapper.commit

    def watched_execute(self, sql, params, *rest):
        if not _seen:
            _small_batches()
        _event(log, f"{self.db.alias} statement")
        return execute(self, sql, params, *rest)

    def watched_commit(self):
        _event(log, f"{self.alias} before commit")
        commit(self)
        _event(log, f"{self.alias} after commit")

    CursorWrapper._execute, BaseDatabaseWrapper.commit = watched_execute, watched_commit


def move_clock(seconds):
    """This process believes that it is so much later, or earlier."""
    import time_machine

    time_machine.travel(time.time() + seconds, tick=True).start()


if os.environ.get("DRILL_LOG"):
    install()
if os.environ.get("DRILL_CLOCK"):
    move_clock(float(os.environ["DRILL_CLOCK"]))
