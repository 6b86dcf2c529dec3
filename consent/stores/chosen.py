"""The store that the settings name."""

import logging
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from consent.stores.folder import Folder
from consent.stores.store import Store, StoreAway, StoreUnfit

logger = logging.getLogger(__name__)


def store() -> Store:
    """The folder `papers` of the service's own, or the bucket that YUNNUO_EVIDENCE_STORE names."""
    if not settings.EVIDENCE_BUCKET:
        return Folder(Path(settings.VAR_DIR) / "papers")
    return _bucket(
        os.getpid(),
        settings.EVIDENCE_ENDPOINT,
        settings.EVIDENCE_BUCKET,
        settings.EVIDENCE_PREFIX,
        settings.EVIDENCE_REGION,
        settings.EVIDENCE_KEY_ID,
        settings.EVIDENCE_SECRET,
    )


def refuse_unfit() -> None:
    """No process starts on a store that must not hold evidence; one that is away is told, and `/readyz` waits for it.

    Raises SystemExit with a sentence.
    """
    try:
        store().prove()
    except StoreUnfit as unfit:
        raise SystemExit(str(unfit)) from None
    except StoreAway as away:
        logger.error("evidence: %s", away)


@lru_cache(maxsize=4)
def _bucket(process: int, endpoint: str, bucket: str, prefix: str, region: str, key_id: str, secret: str) -> Store:
    """One line of connections for each process, since a fork must not speak on its parent's; the library is read on demand."""
    from consent.stores.bucket import Bucket

    return Bucket(endpoint=endpoint, bucket=bucket, prefix=prefix, region=region, key_id=key_id, secret=secret)
