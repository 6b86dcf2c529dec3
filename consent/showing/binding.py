"""What binds a signed sheet of paper to the exact words above the signature: a code that a camera reads (C7, O1)."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from consent.models import NoticeVersion

SHAPE = re.compile(r"YN1:([-a-z0-9_]{1,40}):v([0-9]{1,6}):([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True)
class Bound:
    """Which version a sheet names, and the beginning of the hash over its words."""

    code: str
    number: int
    digest: str


def payload(version: NoticeVersion) -> str:
    """What the code on a printed form says: nothing about a person."""
    return f"YN1:{version.notice.code}:v{version.number}:{version.content_hash[:16]}"


def read(page: Image.Image) -> Bound | None:
    """The binding on a scanned page, however it lies; None where there is none, or two that differ."""
    found = _all(page)
    return found.pop() if len(found) == 1 else None


def of_pages(pages: Iterable[bytes]) -> NoticeVersion | None:
    """The version that a paper of these pictures names; None where no page does, or any two codes on it differ."""
    found: set[Bound] = set()
    for content in pages:
        with Image.open(io.BytesIO(content)) as picture:
            found |= _all(picture)
    return version_of(found.pop()) if len(found) == 1 else None


def _all(page: Image.Image) -> set[Bound]:
    return {hit for code in zxingcpp.read_barcodes(page.convert("L")) if (hit := _parsed(code.text))}


def version_of(bound: Bound) -> NoticeVersion | None:
    """The published version that a sheet was printed from; None where its words are not ours, or no longer the same."""
    rows = NoticeVersion.objects.filter(notice__code=bound.code, number=bound.number, published_at__isnull=False)
    return rows.filter(content_hash__startswith=bound.digest).select_related("notice").first()


def _parsed(text: str) -> Bound | None:
    hit = SHAPE.fullmatch(text)
    return Bound(hit[1], int(hit[2]), hit[3]) if hit else None
