"""Headers and addresses: a strict content policy, nothing cached, no number in an address."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

Next = Callable[[HttpRequest], HttpResponseBase]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
GAP = r"[-. +]?"
NUMBER = re.compile(rf"(?<![0-9a-zA-Z])(?:\+?86{GAP})?1[3-9]\d{GAP}\d{{4}}{GAP}\d{{4}}(?![0-9a-zA-Z])|\d{{12,}}")


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


class NumbersInAddressMiddleware:
    """Refuses an address that carries a phone number: addresses end up in logs (bad input 110)."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at path and query, uuids and the list's place marks aside."""
        address = unquote(f"{request.path}?{request.META.get('QUERY_STRING', '')}")
        address = unicodedata.normalize("NFKC", address)  # full-width digits are digits
        bare = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{8}T\d{6}\.\d{6}", "", address)
        if NUMBER.search(bare) or "\0" in address:
            return render(request, "400.html", status=400)
        return self.get_response(request)
