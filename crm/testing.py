"""`manage.py test`: everything on SQLite, and again on a real PostgreSQL where the machine has one."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from crm.servers import postgres, redis

HOUSE = Path(__file__).resolve().parent.parent
ONLY = ("--sqlite", "--postgres")
ALONE = ("--pdb", "--trace", "-s", "--cov")  # words that want the terminal, or a file, for one round at a time
URLS = ("DATABASE_URL", "VAULT_DATABASE_URL", "REDIS_URL")
HELP = """usage: manage.py test [--sqlite | --postgres] [pytest arguments]

  --sqlite     only the round on SQLite
  --postgres   only the round on PostgreSQL
  --full       every cell, every string, every kill, and everything in both rounds (or YUNNUO_FULL=1)
Where there are two processors both rounds run at once. docs/tests.md says what runs when.
Everything else goes to pytest, for example: manage.py test tests/consent -k refusal"""


def main(arguments: list[str]) -> int:
    """Run pytest in rounds; `--sqlite` or `--postgres` keeps to one. Returns the exit code."""
    if {"-h", "--help"} & set(arguments):
        print(HELP)
        return 0
    only = [word for word in arguments if word in ONLY]
    rest = [word for word in arguments if word not in ONLY]
    if os.environ.get("YUNNUO_FULL") and "--full" not in rest:
        rest.append("--full")
    # A terminated run still takes its servers down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not only and (os.cpu_count() or 1) > 1 and not any(word.startswith(ALONE) for word in rest):
        return _at_once(rest)
    codes, summary = [0], []
    for wanted, hold in (("--sqlite", _on_sqlite), ("--postgres", _on_postgres)):
        if not only or wanted in only:
            code, line = hold(rest)
            codes.append(code)
            summary.append(line)
    print("\n" + "\n".join(summary), flush=True)
    return int(any(codes))


def _at_once(arguments: list[str]) -> int:
    """Both rounds, each on a processor of its own; what PostgreSQL's has to say follows when SQLite's has ended."""
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, str(HOUSE / "manage.py"), "test", "--postgres", *arguments]
        other = subprocess.Popen(command, cwd=HOUSE, stdout=said, stderr=subprocess.STDOUT)
        try:
            print("The round on PostgreSQL runs beside this one; what it says follows.", flush=True)
            code, line = _on_sqlite(arguments)
            other.wait()
        finally:
            if other.poll() is None:
                other.terminate()
                other.wait()
        said.seek(0)
        print(said.read().rstrip() + "\n" + line, flush=True)
    return int(bool(code or other.returncode))


def _on_sqlite(arguments: list[str]) -> tuple[int, str]:
    return _round("SQLite", "queue in files", arguments, {})


def _on_postgres(arguments: list[str]) -> tuple[int, str]:
    with ExitStack() as servers:
        database = servers.enter_context(postgres.server(os.environ))
        if database is None:
            return 0, "PostgreSQL: skipped, this machine has none and none is named in DATABASE_URL"
        urls = {"DATABASE_URL": database.main, "VAULT_DATABASE_URL": database.vault}
        queue = servers.enter_context(redis.server(os.environ))
        if queue is None:
            print("Redis: skipped, redis-server is not installed and none is named in REDIS_URL")
            return _round("PostgreSQL", f"{database.whence}, queue in files", arguments, urls)
        return _round("PostgreSQL", f"{database.whence}, Redis", arguments, urls | {"REDIS_URL": queue})


def _round(name: str, whence: str, arguments: list[str], urls: dict[str, str]) -> tuple[int, str]:
    """Run pytest in a var folder of its own; answers the exit code and the closing line."""
    print(f"\n== {name}: {whence} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="yunnuo-test-") as var:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        code = subprocess.run(command, cwd=HOUSE, env=_environment(var) | urls).returncode
    return code, f"{name}: {'FAILED' if code else 'passed'} ({whence})"


def _environment(var: str) -> dict[str, str]:
    """This environment without the settings of an installation: a test never touches one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUNNUO_")}
    return kept | dict.fromkeys(URLS, "") | {"YUNNUO_VAR": var, "YUNNUO_ENV_FILE": os.devnull}
