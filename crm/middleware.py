"""Headers and addresses: a strict content policy, nothing cached, no number in an address."""

import logging
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from consent.stores.store import StoreAway
from vault import restoration
from vault.errors import KeyMissing, Shredded, VaultError

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponseBase]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
GAP = r"[-. +()/,_]{0,3}"
# Eleven to eighteen digits, however they are spaced, or a mobile number within a longer run.
NUMBER = re.compile(rf"(?<!\d)\d(?:{GAP}\d){{10,17}}(?!\d)|1[3-9]\d{{9}}")
PLACES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{8}T\d{6}\.\d{6}")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


class HeadersMiddleware:
    """Sets the headers every answer carries (design §7)."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then set the headers."""
        answer = self.get_response(request)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


class SealedSiteMiddleware:
    """Serves nothing while a restored backup may hold people who had left (audit.md §5.8); `/healthz` and `/readyz` answer."""

    OPEN = ("/healthz", "/readyz", "/static/", "/favicon.ico")

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 503 and say why, in the reader's language."""
        if restoration.sealed() and not request.path.startswith(self.OPEN):
            answer = render(request, "sealed.html", status=503)
            answer["Retry-After"] = "600"
            return answer
        return self.get_response(request)


class UnopenedMiddleware:
    """A sealed value that does not open, or a store that is away: nothing is shown or kept, and the reason is said."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing on the way in."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer a refusal of the vault with a page; the log gets its class, which names no value."""
        if isinstance(exception, StoreAway):
            logger.error("evidence: %s", exception)  # its sentence names no file and no person
            return render(request, "unopened.html", {"kind": "store"}, status=503)
        if not isinstance(exception, VaultError):
            return None
        logger.error("a value did not open: %s", type(exception).__name__)
        kind = "gone" if isinstance(exception, Shredded) else "key" if isinstance(exception, KeyMissing) else "damaged"
        return render(request, "unopened.html", {"kind": kind}, status=410 if kind == "gone" else 503)


class NumbersInAddressMiddleware:
    """Refuses an address that carries a phone number: addresses end up in logs (bad input 110)."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at path and query, uuids and the list's place marks aside."""
        address = _plain(f"{request.path}?{request.META.get('QUERY_STRING', '')}")
        if NUMBER.search(PLACES.sub("~", address)) or "\0" in address:
            # Neither the page nor the log repeats the address.
            request.path, request.path_info, request.META["QUERY_STRING"] = "/", "/", ""
            return render(request, "400.html", status=400)
        return self.get_response(request)


def _plain(address: str) -> str:
    """The address as a reader of the log could read it: decoded twice, full-width digits narrow, nothing invisible."""
    folded = unicodedata.normalize("NFKC", unquote(unquote(address))).translate(DASHES)
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")
