"""A Redis for the tests: the one named in REDIS_URL, or a throw-away one behind a socket of its own."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 20  # seconds


@contextmanager
def server(environ: Mapping[str, str]) -> Iterator[str | None]:
    """The address of the Redis of the round; None when none is named and none is installed."""
    if url := environ.get("REDIS_URL"):
        yield url
        return
    binary = shutil.which("redis-server")
    if binary is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="yn-redis-", dir="/tmp") as folder:
        socket = Path(folder) / "s"
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", folder]
        running = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL)
        try:
            _wait(running, socket)
            yield f"redis+socket://{socket}"
        finally:
            running.terminate()
            running.wait(timeout=PATIENCE)


def _wait(running: "subprocess.Popen[bytes]", socket: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not socket.exists():
        if running.poll() is not None or time.monotonic() > until:
            sys.exit("The throw-away Redis did not start.")
        time.sleep(0.05)
