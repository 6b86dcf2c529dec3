"""Every place where a number could lie, as bytes, and the search through all of them."""

import base64
import gzip
import io
import os
import re
import subprocess
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connections

from crm.servers import postgres

STEM = "1770713"  # what all markers begin with; made-up
MARKERS = [f"{STEM}{n:04d}" for n in range(10_000)]
PLAIN, HEXADECIMAL = STEM.encode(), re.compile(rb"[0-9a-fA-F-]+")
WITH_COUNTRY = frozenset(int(f"86{marker}") for marker in MARKERS)
AS_INTEGERS = WITH_COUNTRY | {int(marker) for marker in MARKERS}
# PostgreSQL's own files name places in the write-ahead log on every page and in every record, and the place 0/41F6D70 is
# written as a byte of something else and then the first of 17707134976. Tables and dumps tell integers in digits.
PLACES = ("write-ahead log", "disk of")


POSTGRESQL = connections["default"].vendor == "postgresql"


def stems():
    """The beginning that all markers share, in every encoding a store could hold it in."""
    grouped = f"{STEM[:3]} {STEM[3:]}"
    wide = "".join(chr(ord("０") + int(digit)) for digit in STEM)
    texts = [STEM, grouped, grouped.replace(" ", "-"), wide]
    found = {text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    found |= {STEM.encode().hex().encode(), STEM.encode().hex().upper().encode()}
    for pad in range(3):  # wherever the digits begin in what was encoded
        whole = base64.b64encode(b"0" * pad + STEM.encode() + b"00")
        found.add(whole[(pad * 8 + 5) // 6 : (pad + len(STEM)) * 8 // 6])
    return found


def integers(numbers=AS_INTEGERS):
    """What finds one of these numbers held as a 64-bit integer, either way round.

    All eight bytes are matched: the upper ones alone are three zeros and a small number, which in a
    gigabyte of write-ahead log is also the name of some file.
    """
    tops = {number >> 16 for number in numbers}
    lows = b"[" + b"".join(rb"\x%02x" % byte for byte in {(number >> 8) & 0xFF for number in numbers}) + b"]"
    for top in tops:
        big, little = top.to_bytes(6, "big"), top.to_bytes(6, "little")
        yield big, re.compile(re.escape(big) + lows + b".", re.DOTALL)
        yield little, re.compile(b"." + lows + re.escape(little), re.DOTALL)


def carried(blob, texts, shapes, numbers):
    """The bytes around every marker that stands in these bytes."""
    for text in texts:
        yield from (
            blob[max(at - 24, 0) : at + 40] for at in places(blob, text) if text != PLAIN or not within_a_hash(blob, at)
        )
    for upper, shape in shapes:
        for hit in shape.finditer(blob) if upper in blob else ():
            if any(int.from_bytes(hit[0], order) in numbers for order in ("big", "little")):
                yield blob[max(hit.start() - 24, 0) : hit.end() + 24]


def places(blob, text):
    """Where a text begins in a blob."""
    at = blob.find(text)
    while at >= 0:
        yield at
        at = blob.find(text, at + 1)


def within_a_hash(blob, at):
    """Whether these digits are a piece of a hash or an id: of a gigabyte of them, some hold any seven digits.

    A run of 24 or more hexadecimal characters with a letter among them; a number that leaks has its like around it.
    """
    around = blob[max(at - 64, 0) : at + 64]
    run = next(run for run in HEXADECIMAL.finditer(around) if run.start() <= min(at, 64) < run.end())[0]
    return len(run) >= 24 and re.search(rb"[a-f]", run, re.IGNORECASE) is not None


def found_in(stores):
    """The names of the stores in which a marker stands, members of archives included, with the bytes around the first."""
    texts, found = stems(), {}
    for name, blobs in sorted(stores.items()):
        numbers = WITH_COUNTRY if name.startswith(PLACES) and POSTGRESQL else AS_INTEGERS
        hit = next(carriers(blobs, texts, list(integers(numbers)), numbers), None)
        if hit is not None:
            found[name] = hit
    return found


def carriers(blobs, texts, shapes, numbers):
    """What `carried` finds in all of these blobs."""
    for blob in unpacked(blobs):
        yield from carried(blob, texts, shapes, numbers)


def unpacked(blobs):
    """The blobs, and what is packed in them."""
    for blob in blobs:
        yield blob
        with suppress(OSError, EOFError, zlib.error, zipfile.BadZipFile):  # one sealed cell in 65 536 begins like an archive
            yield from unpacked(members(blob))


def members(blob):
    """What an archive holds; nothing where it is none."""
    if blob[:2] == b"\x1f\x8b":
        return [gzip.decompress(blob)]
    if blob[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return []


def everything(folders):
    """All stores that outlive a request: name → blobs."""
    stores = {}
    for alias in connections:
        stores |= {
            f"tables of {alias}": list(cells(alias)),
            f"dump of {alias}": [dump(alias)],
            f"disk of {alias}": list(disk(alias)),
        }
    stores["sessions"] = list(cells("default", only="django_session"))
    stores |= {f"folder {name}": list(files(Path(path))) for name, path in folders.items()}
    stores["caches"] = [repr(vars(cache)).encode() for cache in caches.all()]
    if settings.CELERY_BROKER_URL.startswith("redis"):
        stores |= {"queue": list(redis()), "dump of redis": list(redis_dump())}
    return stores | (of_the_server() if connections["default"].vendor == "postgresql" else {})


def cells(alias, only=""):
    """Every cell of every table, or of one."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in [only] if only else connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor:
                yield from (bytes(c) if isinstance(c, bytes | memoryview) else str(c).encode() for c in row)


def disk(alias):
    """The database as it lies on the disk: pages with whatever stands in their unused parts, long values' own tables too."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        yield connection.connection.serialize()
        for ending in ("", "-wal"):
            yield from files(Path(str(connection.settings_dict["NAME"]) + ending))
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()")
        folder, oid = cursor.fetchone()
    yield from files(Path(folder) / "base" / str(oid))


def dump(alias, *form):
    """What pg_dump writes, or SQLite's own dump as SQL."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump()).encode()
    named = connection.settings_dict
    words = [
        "-h",
        named["HOST"],
        "-U",
        named["USER"],
        "-d",
        named["NAME"],
        *(["-p", str(named["PORT"])] if named["PORT"] else []),
    ]
    command = [(postgres.find() or Path("/usr/bin")) / "pg_dump", *words, *form]
    return subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PGPASSWORD": named["PASSWORD"]}).stdout


def of_the_server():
    """What the server keeps for itself: its write-ahead log, its own log with every statement, and dumps in its own format."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory')")
        folder = Path(cursor.fetchone()[0])
    packed = {f"custom dump of {alias}": [dump(alias, "-Fc", "-Z0")] for alias in connections}
    told = {"server log": list(files(folder.parent / "log"))} if (folder.parent / "log").exists() else {}  # a server of our own
    return packed | told | {"write-ahead log": list(files(folder / "pg_wal"))}


def tell_everything():
    """Let the server write down every statement with what stands in it, from now on and for these connections."""
    for connection in connections.all():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET log_statement = 'all'")


def files(path):
    """The content of every file at or under a path that can be read."""
    for file in [path] if path.is_file() else sorted(path.rglob("*")) if path.is_dir() else []:
        try:
            yield file.read_bytes()
        except OSError:
            continue


def redis():
    """Every value of the queue's server, where there is one."""
    server = queue()
    readers = {b"list": lambda key: server.lrange(key, 0, -1), b"hash": lambda key: [*server.hgetall(key).values()]}
    readers |= {b"set": server.smembers, b"string": lambda key: [server.get(key)]}
    for key in server.scan_iter():
        yield key
        yield from readers.get(server.type(key), lambda key: [server.dump(key)])(key)


def redis_dump():
    """The file that the queue's server writes when it is told to save."""
    server = queue()
    server.save()
    told = server.config_get("dir", "dbfilename")
    yield from files(Path(told["dir"]) / told["dbfilename"])


def queue():
    """The queue's server."""
    import redis as client

    return client.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://"))
