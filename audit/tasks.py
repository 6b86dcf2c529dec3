"""Tasks of the trail: each rings, the database knows what is due."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from audit import anchoring, exporting, watch
from audit.sealing import Sealer
from vault import signing


def sealer() -> Sealer:
    """Who seals here; raises KeyringRefused where this process may not read the key."""
    return Sealer(signing.load(), settings.TRAIL_ORIGIN, settings.SEALER_STATE_FILE)


@shared_task(name="audit.seal")
def seal() -> None:
    """Every minute: the day's heartbeat, and everything that waits."""
    at = timezone.now()
    watch.beat(at=at)
    watch.seal(sealer(), at=at)


@shared_task(name="audit.look")
def look() -> None:
    """Every five minutes: is there an entry that nobody sealed?"""
    watch.look(at=timezone.now())


@shared_task(name="audit.write_exports")
def write_exports() -> None:
    """Every minute: exports that were approved, and files that have run out."""
    exporting.work(at=timezone.now())


@shared_task(name="audit.anchor")
def anchor() -> None:
    """Every hour: has a checkpoint left the house today, by every way it has?"""
    anchoring.anchor(at=timezone.now())


@shared_task(name="audit.check")
def check() -> None:
    """Every night: the whole trail, row by row and as a tree."""
    watch.check(at=timezone.now())
