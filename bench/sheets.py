"""The import: a sheet checked and saved, beside the same rows through plain `bulk_create`, in one run.

`python -m bench.sheets [--rows 100000] [--kinds xlsx csv]` on SQLite, and on PostgreSQL where there is one.
Rows a second, and memory above idle of this process and of the one that reads the file.
"""

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

HEADER = ("姓名", "公司", "职务", "手机", "同意电话联系", "签字日期", "备注")
PREFIXES = ("130", "133", "136", "138", "139", "150", "151", "158", "159", "166", "177", "180", "186", "188", "189", "199")
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"
BATCH = 500
MEGABYTE = 1024


def people(rows: int) -> Iterator[tuple[str, ...]]:
    """Made-up people, every number once, no more of one mask than in a real city."""
    for n in range(rows):
        name = FAMILY[n % 20] + GIVEN[n // 20 % 20] + GIVEN[n // 400 % 20]
        middle, last = n * 7919 % 9000 + 1000, n // len(PREFIXES) % 10_000
        number = f"{PREFIXES[n % len(PREFIXES)]}{middle:04d}{last:04d}"
        yield name, "青禾软件有限公司", "财务经理", number, "是", "2026-11-20", "下周回电"


def written(kind: str, rows: int) -> bytes:
    """The sheet as a file of this kind."""
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *people(rows)])
        return text.getvalue().encode("utf-8-sig")
    import openpyxl  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (HEADER, *people(rows)):
        sheet.append(line)
    book.save(out)
    return out.getvalue()


class Watch:
    """Time of one deed, and the most memory it took: of this process, and of the one it started."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.seconds, self.own, self.child, self._done = 0.0, 0, 0, threading.Event()

    def __enter__(self) -> "Watch":
        """Start to look."""
        self._idle, self._start = _status(os.getpid(), "VmRSS"), time.perf_counter()
        self._eye = threading.Thread(target=self._look, daemon=True)
        self._eye.start()
        return self

    def __exit__(self, *_why: object) -> None:
        """Stop to look."""
        self.seconds = time.perf_counter() - self._start
        self._done.set()
        self._eye.join()
        self.own = max(0, self.own - self._idle)

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.own = max(self.own, _status(os.getpid(), "VmRSS"))
            self.child = max([self.child, *(_status(int(pid), "VmHWM") for pid in _children())])


def _children() -> list[str]:
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def _status(pid: int, name: str) -> int:
    """A figure of a process in kilobytes; nothing when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _measured(deed: Callable[[], object]) -> Watch:
    with Watch() as watch:
        deed()
    return watch


def once(rows: int, kinds: list[str]) -> None:
    """One database, the one this process's settings name: the floor, then each kind of file."""
    django.setup()
    from django.db import connection

    home = _office()
    floor = _measured(lambda: _plain(rows))
    say = sys.stdout.write
    say(f"{connection.vendor}, {rows:,} rows\n")
    say(f"{'':<16}{'rows/s':>10}{'× floor':>10}{'MB':>8}{'MB child':>10}\n")
    say(_line("bulk_create", rows, floor, floor))
    for kind in kinds:
        check, commit = _imported(home, kind, rows)
        both = Watch()
        both.seconds, both.own, both.child = check.seconds + commit.seconds, max(check.own, commit.own), check.child
        for name, watch in (("check", check), ("commit", commit), ("both", both)):
            say(_line(f"{kind} {name}", rows, watch, floor))


def _line(name: str, rows: int, watch: Watch, floor: Watch) -> str:
    pace, times = rows / watch.seconds, floor.seconds / watch.seconds
    return f"{name:<16}{pace:>10,.0f}{times:>10.3f}{watch.own / MEGABYTE:>8.0f}{watch.child / MEGABYTE:>10.0f}\n"


def _office() -> Any:
    """A database with an advisor, her book and her event."""
    from django.core.management import call_command
    from django.utils import timezone

    from audit.trail import System
    from contacts import events
    from crm.servers import databases
    from team import people as staff
    from team.models import Book, Team
    from vault import keyring

    databases.ensure()
    keyring.ensure_development()
    for alias in ("vault", "default"):
        call_command("migrate", database=alias, verbosity=0)
    at, by = timezone.now(), System("bench")
    who = {"username": "li", "display_name": "Li", "role": "advisor", "password": "made-up-pass-1"}
    li = staff.open_account(**who, team=Team.objects.create(name="Pudong"), by=by, at=at - timedelta(days=1))
    book = Book.objects.get(owner=li)
    return events.create(name="Bench", place="Hall", held_on=at.date(), book=book, by=li, at=at, code="bench")


def _imported(event: Any, kind: str, rows: int) -> tuple[Watch, Watch]:
    """The sheet checked and saved; then everybody's name and number opened and compared, and all taken back."""
    from django.utils import timezone

    from contacts import importing

    at, li = timezone.now(), event.created_by
    sheet = importing.upload(data=written(kind, rows), name=f"bench.{kind}", event=event, by=li, at=at)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=li, at=at)
    check = _measured(lambda: importing.check(sheet.pk, at=at))
    sheet.refresh_from_db()
    if (sheet.ready, sheet.state) != (rows, "checked"):
        raise SystemExit(f"bench: {sheet.ready} of {rows} rows are ready")
    importing.begin(sheet=sheet, deed="commit", by=li, at=at)
    commit = _measured(lambda: importing.commit(sheet.pk, at=at))
    _compare(rows)
    sheet.refresh_from_db()
    importing.begin(sheet=sheet, deed="undo", by=li, at=at)
    importing.undo(sheet.pk, at=at)
    return check, commit


def _compare(rows: int) -> None:
    from contacts.models import Phone
    from vault import opening

    wanted, seen = {f"86{line[3]}" for line in people(rows)}, set[str]()
    ids = list(Phone.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        boxes = [phone.number for phone in Phone.objects.filter(pk__in=ids[start : start + BATCH])]
        seen |= {str(box.value) for box in opening.open_many(boxes)}
    if seen != wanted or len(ids) != rows:
        raise SystemExit("bench: what was saved is not what the sheet says")


def _plain(rows: int) -> None:
    """The floor: the same rows in one plain table."""
    from django.db import connection, models, transaction

    class Row(models.Model):
        """A person in the clear."""

        name = models.TextField()
        company = models.TextField()
        title = models.TextField()
        number = models.TextField(db_index=True)
        yes = models.TextField()
        signed_on = models.DateField()
        note = models.TextField()

        class Meta:
            """No table of the house."""

            app_label = "bench"

    with connection.schema_editor() as editor:
        editor.create_model(Row)
    fields = [field.name for field in Row._meta.fields[1:]]
    batch: list[Row] = []
    for line in people(rows):
        batch.append(Row(**dict(zip(fields, line, strict=True))))
        if len(batch) == BATCH:
            with transaction.atomic():
                Row._default_manager.bulk_create(batch)
            batch = []
    Row._default_manager.bulk_create(batch)


def main() -> None:
    """Once on SQLite, once on PostgreSQL, each in a process of its own on databases made for it."""
    words = argparse.ArgumentParser(prog="bench.sheets")
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--kinds", nargs="+", default=["xlsx", "csv"], choices=["xlsx", "csv"])
    words.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.here:
        once(asked.rows, asked.kinds)
        return
    from crm.servers import postgres

    _round(asked, {"DATABASE_URL": "", "VAULT_DATABASE_URL": ""})
    with postgres.server(os.environ) as server:
        if server is None:
            sys.stdout.write("No PostgreSQL here: that round was skipped.\n")
        else:
            _round(asked, {"DATABASE_URL": server.main, "VAULT_DATABASE_URL": server.vault})


def _round(asked: argparse.Namespace, addresses: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="yn-bench-") as folder:
        here = {"YUNNUO_VAR": folder, "YUNNUO_ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "crm.settings"}
        command = [sys.executable, "-m", "bench.sheets", "--here", "--rows", str(asked.rows), "--kinds", *asked.kinds]
        subprocess.run(command, check=True, env=os.environ | here | addresses)


if __name__ == "__main__":
    main()
