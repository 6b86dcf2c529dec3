"""One database out of, or into, its server: SQLite by its own backup, PostgreSQL by pg_dump, pg_restore and psql."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connections

from crm.servers import postgres


class DumpRefused(Exception):
    """The server's own tools are missing or said no; carries their last line, which names no person."""


@contextmanager
def dump(alias: str, folder: Path) -> Iterator[IO[bytes]]:
    """The database as one stream, consistent as of one moment; scratch files lie in `folder` and are gone afterwards."""
    if connections[alias].vendor == "sqlite":
        scratch = folder / f"{alias}.scratch"
        scratch.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(_file(alias))) as source:
                source.execute("VACUUM INTO ?", [str(scratch)])  # one read transaction; no free pages
            with scratch.open("rb") as file:
                yield file
        finally:
            scratch.unlink(missing_ok=True)
        return
    with TemporaryFile(dir=folder) as said, _run([_tool("pg_dump"), "-Fc", "--no-owner", "--no-acl"], alias, said) as dumping:
        assert dumping.stdout is not None
        yield dumping.stdout
        if dumping.wait() != 0:
            raise DumpRefused(_last(said))


def load(alias: str, dumped: Path, *, afterwards: tuple[str, tuple[Any, ...]] | None = None) -> None:
    """Replace the database by a dump, in one transaction together with one statement more: killed, nothing happened."""
    connections[alias].close()
    if connections[alias].vendor == "sqlite":
        _load_sqlite(alias, dumped, afterwards)
    else:
        _load_postgresql(alias, dumped, afterwards)


def _load_sqlite(alias: str, dumped: Path, afterwards: tuple[str, tuple[Any, ...]] | None) -> None:
    with closing(sqlite3.connect(dumped)) as source, closing(sqlite3.connect(_file(alias), timeout=20)) as target:
        if source.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise DumpRefused("the database in the backup is damaged")
        if afterwards:
            source.execute(*afterwards)
            source.commit()
        source.backup(target)


def _load_postgresql(alias: str, dumped: Path, afterwards: tuple[str, tuple[Any, ...]] | None) -> None:
    script = dumped.with_suffix(".sql")
    try:
        with TemporaryFile(dir=dumped.parent) as said:
            command = [_tool("pg_restore"), "--clean", "--if-exists", "--no-owner", "--no-acl", "-f", str(script), str(dumped)]
            if subprocess.run(command, stderr=said, check=False).returncode:
                raise DumpRefused(_last(said))
        if afterwards:
            with script.open("a", encoding="utf-8") as file:
                file.write("\nRESET search_path;\n" + _literal(alias, *afterwards) + ";\n")
        with TemporaryFile(dir=dumped.parent) as said:
            command = [_tool("psql"), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
            with _run(command, alias, said, out=subprocess.DEVNULL) as loading:
                if loading.wait() != 0:
                    raise DumpRefused(_last(said))
    finally:
        script.unlink(missing_ok=True)


def _literal(alias: str, sql: str, values: tuple[Any, ...]) -> str:
    """The statement with its values in it, as the driver writes them."""
    with connections[alias].cursor() as cursor:
        text: str | bytes = cursor.cursor.mogrify(sql.replace("?", "%s"), values)
    connections[alias].close()
    return text if isinstance(text, str) else text.decode()


def _run(command: list[str], alias: str, said: IO[bytes], out: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """A tool of PostgreSQL's; where to and with which password it learns from its environment, which no `ps` shows."""
    named = connections[alias].settings_dict
    known = {"PGHOST": named["HOST"], "PGPORT": str(named["PORT"]), "PGUSER": named["USER"], "PGPASSWORD": named["PASSWORD"]}
    environ = os.environ | {key: value for key, value in known.items() if value} | {"PGDATABASE": str(named["NAME"])}
    return subprocess.Popen(command, env=environ, stdout=out, stderr=said)


def _tool(name: str) -> str:
    """The tool on PATH, or among the server's own binaries."""
    if found := shutil.which(name):
        return found
    folder = postgres.find()
    if folder is None or not (folder / name).exists():
        raise DumpRefused(f"{name} is not installed on this machine; install PostgreSQL's client")
    return str(folder / name)


def _last(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    wrong = [line for line in lines if "error" in line.lower()] or lines
    return wrong[0] if wrong else "the server's tool ended without a word"


def _file(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


def scratch() -> Path:
    """A folder of this user's alone for what lies open for a moment: sealed values, never numbers."""
    folder = Path(settings.VAR_DIR) / "restore"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
