"""The page of a notice as it was the day it was published, in one language, without anything around it (B11)."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from consent import promises
from consent.models import NoticePurpose, NoticeVersion

CODES = {"zh": "zh-hans", "en": "en"}


def of(version: NoticeVersion, ticks: list[NoticePurpose], language: str) -> bytes:
    """The bytes that are kept and served for ever; `language` is zh or en."""
    words: dict[str, Any] = version.content[language]
    boxes = [promises.full(tick, language) for tick in ticks]
    context = {"version": version, "words": words, "boxes": boxes, "language": "en" if language == "en" else "zh-Hans"}
    with translation.override(CODES[language]):
        return render_to_string("consent/snapshot.html", context).encode()
