"""Task messages carry ids only: the serializer refuses anything that could be a number or a name (I14)."""

import json
import re
from typing import Any
from uuid import UUID

from kombu.exceptions import EncodeError
from kombu.serialization import register

NAME = "ids"
WORD = re.compile(r"^[a-z][a-z_.:-]{0,39}$")
LARGEST = 1_000_000


def _is_id(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) < LARGEST
    if not isinstance(value, str):
        return False
    return bool(WORD.match(value)) or _is_uuid(value)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _only_ids(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_only_ids(item) for item in value)
    if isinstance(value, dict):
        return all(_is_id(key) and _only_ids(item) for key, item in value.items())
    return _is_id(value)


def encode(body: Any) -> str:
    """A task body as JSON; raises EncodeError when an argument is not an id. Celery's own embed passes."""
    if isinstance(body, list | tuple) and len(body) == 3 and not _only_ids(list(body[:2])):
        raise EncodeError("a task takes ids only")
    return json.dumps(body, default=str)


register(NAME, encode, json.loads, content_type="application/x-ids", content_encoding="utf-8")
