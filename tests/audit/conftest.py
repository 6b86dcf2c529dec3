"""What the stories of the sealed trail share."""

import pytest

from audit.sealing import Sealer
from tests.audit.sealed import ORIGIN, tamper
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
