"""Tasks: ids only, one per batch; each rings, the database knows what is due."""

import logging
from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from audit.trail import System
from consent import catching_up, evidence_files, stamping
from consent.stores.store import StoreAway
from contacts import alarm, asking_later, brakes, canaries, complaints, importing, nightly, recalling, reminding, telling
from contacts.keys import duty, standing
from contacts.offline import asking, preparing
from contacts.own import entering
from vault import restoration

logger = logging.getLogger(__name__)


@shared_task(name="contacts.sweep")
def sweep() -> None:
    """Every five minutes: last night's sweep, or what is left of one."""
    with suppress(brakes.SweepRefused):  # on record, and on the pages
        nightly.tick(by=System("sweep"), at=timezone.now())


@shared_task(name="contacts.clear_files")
def clear_files() -> None:
    """Every hour: files that somebody left behind; a store that does not answer is asked again in an hour.

    Not while a restored backup waits for its proof: what came after it looks like nobody's.
    """
    if restoration.sealed():
        return
    try:
        count = evidence_files.clear(at=timezone.now())
    except StoreAway as away:
        logger.error("evidence: %s; what is to be deleted stays named", away)
        return
    if count:
        logger.warning("evidence: %s files that nobody needed were still there", count)


@shared_task(name="contacts.ring")
def ring() -> None:
    """Every hour: does deletion itself need help?"""
    alarm.ring(at=timezone.now())


@shared_task(name="contacts.catch_up")
def catch_up() -> None:
    """Every night: does the erasure ledger hold every erasure and every no?"""
    if count := catching_up.catch_up(at=timezone.now()):
        logger.error("erasure ledger: %s lines were missing, and are written now", count)


@shared_task(name="contacts.turn_keys")
def turn_keys() -> None:
    """Whatever is due on the keyring."""
    duty.turn(by=System("keyring"), at=timezone.now())


@shared_task(name="contacts.examine_keys")
def examine_keys() -> None:
    """Say aloud whatever is wrong with keys, or with people who lost theirs."""
    for sentence in standing.problems(at=timezone.now()):
        logger.error("keyring: %s", sentence)


@shared_task(name="contacts.send_own_codes")
def send_own_codes() -> None:
    """When somebody asks for their own page, and every minute: codes that wait, and visits that are over."""
    entering.send_codes(at=timezone.now())


@shared_task(name="contacts.tell_changes")
def tell_changes() -> None:
    """Every five minutes: what published notices still owe, and who is to be told of them."""
    telling.work(at=timezone.now())


@shared_task(name="contacts.tell_recipients")
def tell_recipients() -> None:
    """Every minute: partners who must hear that somebody whom we passed on to them said no, or left."""
    recalling.work(at=timezone.now())


@shared_task(name="contacts.stamp_evidence")
def stamp_evidence() -> None:
    """Every hour: steps of consents that no time-stamp authority signed yet, where the office names one."""
    stamping.work(at=timezone.now())


@shared_task(name="contacts.remind")
def remind() -> None:
    """Every hour: whose consent ends within 30 days, and has not been told; and who wished to be asked again today."""
    asking_later.work(at=timezone.now())
    reminding.work(at=timezone.now())


@shared_task(name="contacts.ask_offline")
def ask_offline() -> None:
    """When a device hands in, and every hour: who filled in a form without a network, and devices whose time is over."""
    asking.work(at=timezone.now())
    preparing.end_due(by=System("device"), at=timezone.now())


@shared_task(name="contacts.forget_complaints")
def forget_complaints() -> None:
    """Every hour: strangers' complaints whose time is over."""
    complaints.forget_due(by=System("complaints"), at=timezone.now())


@shared_task(name="contacts.tell_canaries")
def tell_canaries() -> None:
    """Every five minutes: made-up people whom somebody touched."""
    if count := canaries.tell(at=timezone.now()):
        logger.error("canaries: %s were touched; compliance sees by whom", count)


@shared_task(name="contacts.check_sheet")
def check_sheet(sheet_id: str) -> None:
    """Give every row of a sheet its verdict."""
    importing.check(UUID(sheet_id), at=timezone.now())


@shared_task(name="contacts.commit_sheet")
def commit_sheet(sheet_id: str) -> None:
    """Bring in the ready rows of a sheet."""
    importing.commit(UUID(sheet_id), at=timezone.now())


@shared_task(name="contacts.undo_sheet")
def undo_sheet(sheet_id: str) -> None:
    """Take an import back."""
    importing.undo(UUID(sheet_id), at=timezone.now())


@shared_task(name="contacts.resume_sheets")
def resume_sheets() -> None:
    """Take up sheets whose worker died on the way: each is claimed once, then goes on where it stopped."""
    deeds = {"checking": check_sheet, "committing": commit_sheet, "undoing": undo_sheet}
    for sheet_id, state in importing.claim(at=timezone.now()):
        deeds[state].delay(str(sheet_id))
