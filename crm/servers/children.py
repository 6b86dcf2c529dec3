"""The three processes that `run` keeps: the site, the task worker and the clock, forked from what is already loaded."""

import os
import signal
import time
import warnings
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

from celery.apps.beat import Beat
from celery.apps.worker import Worker
from django.db import connections
from gunicorn.app.base import BaseApplication

from crm.celery import app
from crm.servers.quiet import Quiet

ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the ways to ask `run` to end
PATIENCE = 10  # seconds for a child to finish what it is doing
LOOK = 0.2  # seconds between two looks at the children
# These begin anew when they fall, as over a disk that was full for a moment. Nothing is lost by that (duty is a query,
# design rule 4); one that falls again and again is no accident.
AGAIN, TIMES, WITHIN = frozenset({"the task worker", "the clock"}), 3, 60  # times within so many seconds

Children = dict[str, BaseProcess]
Work = Callable[[], Any]


class Site(BaseApplication):  # type: ignore[misc]  # gunicorn brings no types
    """The site on one port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        """One process, eight threads; silent unless something is wrong."""
        chosen = {"bind": f"127.0.0.1:{self.port}", "threads": 8, "loglevel": "warning", "control_socket_disable": True}
        chosen["logger_class"] = Quiet
        for name, value in chosen.items():
            self.cfg.set(name, value)
        self.cfg.set("graceful_timeout", PATIENCE // 2)

    def load(self) -> Any:
        """The same door as for any web server."""
        from crm.wsgi import application

        return application


def heed() -> None:
    """Let each way of asking end what runs here with KeyboardInterrupt, even where a shell has switched Ctrl-C off."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for asked in ASKED:
        signal.signal(asked, stop)


def works(port: int) -> dict[str, Work]:
    """What the three of them do, by the name they go by."""
    return {"the web server": lambda: Site(port).run(), "the task worker": _tasks, "the clock": _clock}


def keep(work: dict[str, Work], *, ready: Callable[[], None]) -> str:
    """Start all, say `ready`, and wait until a signal comes or one ends by itself; end the others, name that one, if any.

    Worker and clock are started again, three times a minute at most.
    """
    children: Children = {}
    fallen: list[float] = []
    try:
        _fork(work, children)
        ready()
        while True:
            for name in [name for name, child in children.items() if not child.is_alive()]:
                fallen = [*(when for when in fallen if when > time.monotonic() - WITHIN), time.monotonic()]
                if name not in AGAIN or len(fallen) > TIMES:
                    return name
                _fork({name: work[name]}, children)
            time.sleep(LOOK)
    except KeyboardInterrupt:
        return ""
    finally:
        _end(children)


def _fork(work: dict[str, Work], children: Children) -> None:
    """Forked, so that a second start need not load everything four times. Nothing is shared: connections are closed before."""
    connections.close_all()
    # Whoever asks just now is heard a moment later: by a parent that knows its children, by children that know what to do.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKED)
    try:
        for name, deed in work.items():
            children[name] = get_context("fork").Process(target=_live, args=(deed,), name=name, daemon=True)
            children[name].start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(work: Work) -> None:
    """A child's life: a group of its own, so that Ctrl-C reaches the parent only, which ends all in order."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED)
    warnings.simplefilter("ignore")  # whoever runs this as root knows it
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a terminal shows the address, and what goes wrong
    work()


def _tasks() -> None:
    """One worker that takes tasks one by one; alone on its queue, it greets nobody."""
    chat: dict[str, Any] = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
    Worker(app=app, pool="solo", concurrency=1, quiet=True, loglevel="WARNING", **chat).start()


def _clock() -> None:
    Beat(app=app, quiet=True).run()


def _end(children: Children) -> None:
    """Ask every child to end, and insist when patience is over; a second Ctrl-C does not leave one behind."""
    for asked in ASKED:
        signal.signal(asked, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    until = time.monotonic() + PATIENCE
    for child in children.values():
        child.join(max(until - time.monotonic(), 0))
        if child.is_alive():
            child.kill()
            child.join()
