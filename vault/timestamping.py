"""A time-stamp authority's word that a checkpoint existed at a time (RFC 3161; audit.md §5.7).

In mainland China a recognised authority's token (可信时间戳) carries evidential weight. The authority learns a hash and
nothing else. A token that does not verify offline, against the root this office named, is refused and never kept.
"""

from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from vault import lines

SECONDS = 20
LONGEST = 65_536  # bytes of an answer; a token with its certificates has two to five thousand
SKEW = timedelta(minutes=10)  # an authority's clock and ours


class StampRefused(OSError):
    """Why no token was kept, in a word: address, root, answer, token or clock. A way that failed, like any other."""

    def __init__(self, word: str) -> None:
        """Keep the word; what the authority said stays out of logs."""
        super().__init__(f"time-stamp authority: {word}")
        self.word = word


def stamp(message: bytes, *, at: datetime) -> bytes:
    """Ask the authority of `YUNNUO_TSA_URL` for a token over `message` and return it once it was verified.

    `at` is now, aware, UTC; a token of another time than about now is refused. Raises StampRefused.
    """
    request = TimestampRequestBuilder(message, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    answer = _ask(request.as_bytes())
    told = _verified(answer, message, VerifierBuilder.from_request(request))
    if abs(told - at) > SKEW:
        raise StampRefused("clock")
    return answer


def verified(token: bytes, message: bytes) -> datetime:
    """When a kept token says that `message` existed, UTC; checked again offline. Raises StampRefused."""
    return _verified(token, message, VerifierBuilder())


def _verified(answer: bytes, message: bytes, builder: VerifierBuilder) -> datetime:
    for root in _roots():
        builder = builder.add_root_certificate(root)
    try:
        response: TimeStampResponse = decode_timestamp_response(answer)
        builder.build().verify_message(response, message)
        told = response.tst_info.gen_time
    except (VerificationError, ValueError):
        raise StampRefused("token") from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _roots() -> list[x509.Certificate]:
    """Whom this office trusts for time; named outside the database."""
    try:
        return x509.load_pem_x509_certificates(Path(settings.TSA_ROOT).read_bytes())
    except (OSError, ValueError):
        raise StampRefused("root") from None


def _ask(body: bytes) -> bytes:
    """One POST; no redirect is followed."""
    line, parts = lines.connect(settings.TSA_URL, seconds=SECONDS), urlsplit(settings.TSA_URL)
    if line is None:
        raise StampRefused("address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST", path, body, {"Content-Type": "application/timestamp-query"})
        answer = line.getresponse()
        said = answer.read(LONGEST + 1)
    except (OSError, HTTPException):
        raise StampRefused("answer") from None
    finally:
        line.close()
    if answer.status != 200 or len(said) > LONGEST:
        raise StampRefused("answer")
    return said
