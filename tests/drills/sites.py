"""A real pair of databases for each drill, copied from one filled office, and the processes that work on it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg2

HOUSE = Path(__file__).resolve().parents[2]
HOOK = Path(__file__).resolve().parent / "hook"
FILES = {"default": "yunnuo.sqlite3", "vault": "vault.sqlite3"}


def server() -> str:
    """The PostgreSQL of this round, or nothing in the round on SQLite."""
    return os.environ.get("DATABASE_URL", "")


@dataclass(frozen=True)
class Site:
    """One office: its folder, and on PostgreSQL the common part of its databases' names."""

    folder: Path
    name: str

    def environment(self, *, redis: str = "", **hook: object) -> dict[str, str]:
        """What a process of this office finds around it: a queue, if it is given one; `hook` are the words of the hook."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("YUNNUO_", "DJANGO_", "DRILL_"))}
        kept |= {"YUNNUO_VAR": str(self.folder), "YUNNUO_ENV_FILE": str(self.folder / "env")}
        kept |= {"DATABASE_URL": "", "VAULT_DATABASE_URL": "", "REDIS_URL": redis, "PYTHONWARNINGS": "ignore"}
        if server():
            kept |= {"DATABASE_URL": _url(self.name), "VAULT_DATABASE_URL": _url(f"{self.name}_vault")}
        if hook:
            words = {f"DRILL_{key.upper()}": str(value) for key, value in hook.items()}
            kept |= {"DRILL_LOG": str(self.log), "PYTHONPATH": str(HOOK)} | words
        return kept

    @property
    def log(self) -> Path:
        """Where the hook writes."""
        return self.folder / "drill.log"

    def start(self, *words: str, **hook: object) -> "subprocess.Popen[str]":
        """Start a process of this office; without a dash first, a command of manage.py."""
        command = [sys.executable, *(words if words[0] in ("-m", "-c") else ("manage.py", *words))]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=HOUSE, env=self.environment(**hook), **pipes)

    def do(self, *words: str, **hook: object) -> str:
        """Run a process of this office to its end and answer what it said; it must succeed."""
        running = self.start(*words, **hook)
        out, err = running.communicate(
            timeout=900
        )  # a bound for what hangs, not a timed test: a whole night of drills is a busy machine
        assert running.returncode == 0, err
        return out

    def tell(self, word: str, *people: str) -> dict[str, object]:
        """Run tests.drills.office and answer its JSON."""
        found: dict[str, object] = json.loads(self.do("-m", "tests.drills.office", word, *people).splitlines()[-1])
        return found

    def rows(self, sql: str, side: str = "default") -> list[tuple[object, ...]]:
        """Say something to one of the databases directly, in words both know; uuids come as hex."""
        if server():
            opened = psycopg2.connect(_url(self.name if side == "default" else f"{self.name}_vault"))
        else:
            opened = sqlite3.connect(self.folder / FILES[side], timeout=20)
            opened.create_function("crm_audit_txn", 0, lambda: "")  # what guards ask; no entry of ours vouches for this
        with closing(opened) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            if cursor.description is None:
                connection.commit()
                return []
            return [tuple(v.hex if isinstance(v, UUID) else v for v in row) for row in cursor.fetchall()]

    def ids(self, sql: str, side: str = "default") -> list[str]:
        """A column of uuids as hex."""
        return [str(value).replace("-", "") for (value,) in self.rows(sql, side)]

    def settle(self) -> None:
        """Wait until the database has noticed that its client is dead."""
        busy = f"SELECT 1 FROM pg_stat_activity WHERE datname IN ('{self.name}', '{self.name}_vault')"
        while server() and _administer(busy):
            time.sleep(0.02)


@contextmanager
def fresh(folder: Path, like: Site | None = None) -> Iterator[Site]:
    """An empty site in this folder, or a copy of another; its PostgreSQL databases go afterwards."""
    site = Site(folder, f"drill_{uuid4().hex[:12]}")
    if like is None:
        folder.mkdir()
    else:
        like.settle()
        shutil.copytree(like.folder, folder)
        site.log.unlink(missing_ok=True)
    for end in ("", "_vault") if server() else ():
        template = f" TEMPLATE {like.name}{end}" if like else ""
        _administer(f"CREATE DATABASE {site.name}{end}{template}")
    try:
        yield site
    finally:
        for end in ("", "_vault") if server() else ():
            _administer(f"DROP DATABASE {site.name}{end} WITH (FORCE)")


def _url(name: str) -> str:
    return urlsplit(server())._replace(path=f"/{name}").geturl()


def _administer(sql: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(_url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
