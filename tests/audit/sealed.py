"""A sealed trail to try things on, and the hand of somebody who owns the database."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, connections, transaction

from audit import leaf, sealing, trail
from audit.sealing import Sealer
from audit.trail import EntryDraft
from tests.audit.cast import AT, LI, WANG
from tests.audit.cleaning import lifted
from vault import signing

ORIGIN = "office.example/trail/1"


def write(count, at=AT):
    """So many entries, one transaction."""
    drafts = [EntryDraft("phone.reveal", by=LI, at=at, subject=WANG, numbers=[n]) for n in range(count)]
    with transaction.atomic():
        return trail.record_many(drafts)


def tamper(sql, *values):
    """As somebody who owns the database can: with the triggers out of the way."""
    with lifted(connections["default"]), connection.cursor() as cursor:
        cursor.execute(sql, values)


def forge(seq, content):
    """Change an entry's bytes; on PostgreSQL its check has to go first, so a fitting hash is put beside them."""
    tamper("UPDATE audit_entry SET leaf = %s, leaf_hash = %s WHERE seq = %s", content, leaf.leaf_hash(content), seq)


def seal_here(*, at=AT):
    """Seal what waits, with a key and a memory that nobody keeps."""
    with TemporaryDirectory() as folder:
        signer = signing.create(Path(folder) / "sealer.key", ORIGIN)
        sealing.seal(Sealer(signer, ORIGIN, Path(folder) / "sealer.state"), at=at)
