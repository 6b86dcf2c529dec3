"""Takes the content of an entry out, by two people; its hash keeps the place, so every proof stays valid (audit.md §5.9).

The encoder lets no value into an entry. Should one slip in all the same, or a court order it, the bytes go and the trail
says so. Who asked and who agreed stand in the trail; the bytes are blanked by whoever owns the database, because the
serving role may not change an entry at all.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from audit import exporting, leaf, trail
from audit.models import Entry, ExportJob, Redaction, TreeLeaf
from audit.trail import Actor

State = Redaction.State
BY = trail.System("command")


class RedactionRefused(Exception):
    """Why not, in a word: unknown, waiting, again, gone or same_person."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def ask(*, eid: UUID, why: str, by: Actor, at: datetime) -> Redaction:
    """Name an entry whose content shall go, and let it wait for a second person.

    `why` is one of `Redaction.Why`; `at` aware, UTC. Raises RedactionRefused: unknown (no such entry), waiting (not sealed
    yet: try again in a minute), again (asked for already).
    """
    with transaction.atomic():
        entry = Entry.objects.filter(eid=eid).only("seq").first()
        if entry is None:
            raise RedactionRefused("unknown")
        place = TreeLeaf.objects.filter(seq=entry.seq).values_list("idx", flat=True).first()
        if place is None:
            raise RedactionRefused("waiting")
        if Redaction.objects.filter(seq=entry.seq).exclude(state=State.REFUSED).exists():
            raise RedactionRefused("again")
        trail.record("audit.redaction_asked", by=by, at=at, numbers=[place + 1])
        return Redaction.objects.create(seq=entry.seq, place=place, why=why, asked_by=_key(by), asked_at=at)


def decide(*, redaction_id: UUID, yes: bool, by: Actor, at: datetime) -> Redaction:
    """A second person agrees, or not. Raises RedactionRefused: gone (decided already), same_person."""
    with transaction.atomic():
        found = Redaction.objects.select_for_update().filter(pk=redaction_id, state=State.ASKED).first()
        if found is None:
            raise RedactionRefused("gone")
        if found.asked_by == _key(by):
            raise RedactionRefused("same_person")
        act = "audit.redaction_approved" if yes else "audit.redaction_refused"
        trail.record(act, by=by, at=at, numbers=[found.place + 1])
        found.decided_by, found.decided_at = _key(by), at
        found.state = State.APPROVED if yes else State.REFUSED
        found.save(update_fields=["decided_by", "decided_at", "state"])
        return found


def carry_out(*, at: datetime) -> int:
    """Blank every entry that two people agreed on, each in a transaction of its own; returns how many.

    Run it as the owner of the database. Exports that are written and not yet fetched go with it: they hold the bytes.
    What left the house before is out of reach, and so are backups until they run out.
    """
    done = 0
    for found in list(Redaction.objects.filter(state=State.APPROVED).order_by("decided_at")):
        with transaction.atomic():
            trail.record("audit.redacted", by=BY, at=at, numbers=[found.place + 1])
            with connection.cursor() as cursor:
                cursor.execute("UPDATE audit_entry SET leaf = %s WHERE seq = %s", [leaf.REDACTED, found.seq])
            found.state = State.DONE
            found.save(update_fields=["state"])
        _drop_files(found)
        done += 1
    return done


def _drop_files(found: Redaction) -> None:
    holding = ExportJob.objects.filter(size__gt=found.place)
    for job in holding.filter(state=ExportJob.State.READY):
        exporting.file_of(job).unlink(missing_ok=True)
        ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.EXPIRED)
    # One that is being written hears that it is no longer its worker's, and is written anew without the bytes.
    holding.filter(state=ExportJob.State.RUNNING).update(state=ExportJob.State.APPROVED, heartbeat=None, done=0)


def _key(by: Actor) -> UUID:
    key = trail.user_pk(by)
    if key is None:
        raise RedactionRefused("nobody")
    return key
