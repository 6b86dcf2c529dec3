"""What the stories of the sealed trail share."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit import sealing, trail
from audit.sealing import Sealer
from audit.trail import EntryDraft
from tests.audit.bundles import export_to
from tests.audit.cast import AT, LI, WANG
from tests.audit.sealed import ORIGIN, tamper, write
from vault import signing


@pytest.fixture
def empty_trail(db):
    """A trail without what the first migration wrote into it."""
    for table in ("audit_pending", "audit_entry"):
        tamper(f"DELETE FROM {table}")


@pytest.fixture
def sealer(empty_trail, tmp_path):
    """A sealer with a key and a memory of its own, and nothing to seal yet."""
    signer = signing.create(tmp_path / "sealer.key", ORIGIN)
    return Sealer(signer, ORIGIN, tmp_path / "sealer.state")


@pytest.fixture
def written(sealer):
    """Five entries on five days, sealed after the second and after the last, and one that waits."""
    drafts = [
        EntryDraft("phone.reveal", by=LI, at=AT + timedelta(days=day), subject=WANG, numbers=[day], reason="call")
        for day in range(5)
    ]
    eids = []
    for part in (drafts[:2], drafts[2:]):
        with transaction.atomic():
            eids += trail.record_many(part)
        sealing.seal(sealer, at=AT)
    write(1)
    return eids


@pytest.fixture
def exported(written, tmp_path):
    """All of it, as a zip."""
    return export_to(tmp_path / "trail.zip")
