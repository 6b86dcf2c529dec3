"""The seal on the trail: sealing against writing, an export checked against hashing it, a page against a look-up."""

import resource
import subprocess
import tempfile
import time
import zipfile
from datetime import datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from audit import export, proving, sealing, search, trail, verify
from audit.models import Entry, Pending
from audit.offline import contents
from audit.offline import verify as stranger
from audit.sealing import Sealer
from audit.search import Criteria
from audit.trail import EntryDraft, System
from bench import clock
from consent import rules
from vault import signing

ROUNDS, ACTS, SEEN = 12, 1500, 20_000
BY, ORIGIN = System("bench"), "bench.example/trail/1"


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Five rows; the trail of the whole office so far is sealed, exported and found whole on the way."""
    with tempfile.TemporaryDirectory() as folder:
        sealer = Sealer(signing.create(Path(folder) / "key", ORIGIN), ORIGIN, Path(folder) / "state")
        sealing.seal(sealer, at=timezone.now())
        _act()  # what is sealed first; the floor acts as much again, to be sealed for the export
        sealed = clock.once(f"sealing {ACTS} acts, against acting", partial(_seal, sealer), _act, goal=0.33)
        _seal(sealer)
        _see()
        while sealing.seal(sealer, at=timezone.now()):
            pass
        path = Path(folder) / "trail.zip"
        path.write_bytes(b"".join(export.stream(at=timezone.now())))
        if verify.bundle_file(path).count != Entry.objects.count() or Pending.objects.exists():
            raise SystemExit("bench: the export is not the trail")
        zipfile.ZipFile(path).extractall(unpacked := Path(folder) / "unpacked")
        ways = (("an export's root", stranger.verify, 2), ("its every entry", partial(stranger.verify, strict=True), 10))
        checked = [
            clock.compare(
                f"{what}, against sha256sum",
                repeat(partial(way, unpacked), ROUNDS),
                repeat(partial(_sum, unpacked / contents.ENTRIES), ROUNDS),
                goal=goal,
                meter=_with_children,
            )
            for what, way, goal in ways
        ]
    return [sealed, *checked, _paged(), _proved()]


def _see() -> None:
    """Numbers that were looked at: the longest entries there are, and most of what an office's trail consists of."""
    for _thousand in range(SEEN // 1000):
        at = timezone.now()
        with transaction.atomic():
            trail.record_many([_look(at) for _one in range(1000)])


def _look(at: datetime) -> EntryDraft:
    return EntryDraft(
        "phone.reveal",
        by=BY,
        at=at,
        subject=uuid4(),
        fields=("contacts.mobile",),
        basis=f"consent:{uuid4()}",
        reason="reveal_check",
        purpose="phone_contact",
        channel="call",
        decision=uuid4(),
        rule=rules.VERSION,
    )


def _sum(file: Path) -> None:
    subprocess.run(["sha256sum", file], check=True, stdout=subprocess.DEVNULL)


def _with_children() -> float:
    """Seconds of CPU of this process and of the commands it ran."""
    ran = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ran.ru_utime + ran.ru_stime


def _act() -> None:
    for _n in range(ACTS):
        with transaction.atomic():
            trail.record("audit.heartbeat", by=BY, at=timezone.now())


def _seal(sealer: Sealer) -> None:
    if sealing.seal(sealer, at=timezone.now()) != ACTS:
        raise SystemExit("bench: not every act was sealed")


def _paged() -> clock.Row:
    """A page of fifty by a verb, from the middle, against fifty rows by the primary key."""
    newest = Entry.objects.order_by("-seq").values_list("seq", flat=True)[0]
    middle, criteria = newest // 2, Criteria(act="consent.given")
    return clock.compare(
        "a page of the trail, by verb",
        repeat(partial(search.page, criteria, before=middle), ROUNDS),
        repeat(partial(_fifty, middle), ROUNDS),
        goal=10,
    )


def _fifty(before: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, leaf FROM audit_entry WHERE seq < %s ORDER BY seq DESC LIMIT 51", [before])
        cursor.fetchall()


def _proved() -> clock.Row:
    """The proof of one entry, against reading that entry."""
    entry = Entry.objects.order_by("seq")[100]
    return clock.compare(
        "the proof of one entry",
        repeat(partial(proving.inclusion, entry), ROUNDS),
        repeat(partial(Entry.objects.get, pk=entry.pk), ROUNDS),
    )
