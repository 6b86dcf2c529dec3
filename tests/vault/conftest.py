"""A keyring of one's own, in a file, for tests that change it."""

from datetime import UTC, datetime

import pytest

from tests.vault import ring
from vault import canary

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def own_ring(db, settings, monkeypatch, tmp_path):
    """The frozen keyring in a file, with its canaries set."""
    with ring.filed(settings, monkeypatch, tmp_path) as file:
        canary.prove(at=AT)
        yield file
