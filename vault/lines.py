"""A line to another server: over TLS, or to this very machine; no redirect and no proxy is followed."""

from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

HERE = ("localhost", "127.0.0.1", "::1")


def connect(url: str, *, seconds: float) -> HTTPConnection | None:
    """A connection, not opened yet; None for an address that would travel in the clear. `seconds` is its patience."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return HTTPSConnection(parts.hostname, parts.port, timeout=seconds)
    if parts.scheme == "http" and parts.hostname in HERE:
        return HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    return None
