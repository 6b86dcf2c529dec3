"""A partner's own system, told of a withdrawal by one signed message, and what it answers (D10; docs/partner-hook.md)."""

import json
import logging
import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from consent.models import Partner, PartnerHook
from vault import lines, opening, sealing
from vault.errors import VaultError

logger = logging.getLogger(__name__)
SECONDS, WHOLE = 5, 10  # the patience for one step, and for all of them
LONGEST = 4096  # bytes of an answer
ADDRESS = 200  # characters
SECRET = re.compile(r"[!-~]{32,128}", re.ASCII)


@dataclass(frozen=True)
class Heard:
    """Whether a system took the message, and whether it said itself, signed, that it knows."""

    taken: bool
    acknowledged: bool = False


def fits(address: str) -> bool:
    """Whether a system may be told there: over TLS on the open internet; in development also on this machine."""
    return len(address) <= ADDRESS and (lines.of_outside(address) is not None or _here(address))


def strong(secret: str) -> bool:
    """Whether this will do as a shared secret."""
    return SECRET.fullmatch(secret) is not None


def keep(partner: Partner, *, address: str, secret: str) -> None:
    """Write down how this partner is told; its key was made before. Runs inside the caller's transaction, after its entry."""
    closed = sealing.seal_text(secret, field_id="consent.partner.secret", row=partner.pk, owner=partner.pk)
    PartnerHook.objects.create(partner=partner, address=address, secret=closed)


def tell(hook: PartnerHook, about: dict[str, Any]) -> Heard:
    """One signed POST of this JSON, whose `id` the answer repeats; never raises for what the other side does.

    2xx means taken. An answer `{"acknowledged": <id>}` that bears the same mark is the recipient's own word that it knows.
    """
    body = json.dumps(about, ensure_ascii=False).encode()
    try:
        secret = str(opening.open_one(hook.secret))
    except VaultError as closed:
        logger.error("a recipient was not told: %s", type(closed).__name__)
        return Heard(taken=False)
    line = _line(hook.address)
    if line is None:
        logger.error("a recipient was not told: its address is none of the open internet")
        return Heard(taken=False)
    try:
        with lines.within(line, seconds=WHOLE):
            return _said(line, hook.address, body, secret, about["id"])
    except (OSError, HTTPException, UnicodeError) as lost:
        logger.error("a recipient was not told: %s", type(lost).__name__)
        return Heard(taken=False)
    finally:
        line.close()


def _said(line: HTTPConnection, address: str, body: bytes, secret: str, told: str) -> Heard:
    parts = urlsplit(address)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Yunnuo",
        lines.MARK: lines.mark(body, secret=secret, now=int(time.time())),
    }
    line.request("POST", f"{parts.path or '/'}?{parts.query}".rstrip("?"), body=body, headers=headers)
    answer = line.getresponse()
    if not 200 <= answer.status < 300:
        logger.error("a recipient was not told: its system answered %d", answer.status)
        return Heard(taken=False)
    content = answer.read(LONGEST)
    signed = lines.holds(answer.headers.get(lines.MARK, ""), content, secret=secret)
    return Heard(taken=True, acknowledged=signed and _named(content) == told)


def _named(content: bytes) -> object:
    """Which message an answer says it knows of; None for what says nothing."""
    try:
        return json.loads(content)["acknowledged"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _line(address: str) -> HTTPConnection | None:
    if _here(address):
        return lines.connect(address, seconds=SECONDS)
    return lines.connect_outside(address, seconds=SECONDS)


def _here(address: str) -> bool:
    """Whether this is this very machine, and we are developing."""
    try:
        return (
            bool(settings.DEBUG) and urlsplit(address).hostname in lines.HERE and lines.connect(address, seconds=1) is not None
        )
    except ValueError:
        return False
