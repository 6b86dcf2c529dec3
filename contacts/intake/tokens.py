"""What a token of one form looks like: it becomes part of an address, so no number may be in it."""

import re
from base64 import urlsafe_b64encode

TOKEN = re.compile(r"(?!.*\d{11})[\w-]{22}", re.ASCII)


def urlsafe(raw: bytes) -> str:
    """Sixteen bytes as the 22 characters of a token."""
    return urlsafe_b64encode(raw).decode().rstrip("=")
