"""A line to another server: over TLS, or to this very machine; no redirect and no proxy is followed.

What goes over it may bear a mark, `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>." and the body under a shared secret.
"""

import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import SplitResult, urlsplit

HERE = ("localhost", "127.0.0.1", "::1")
MARK = "X-Yunnuo-Signature"
WINDOW = 300  # seconds between marking and hearing
LATEST = 12  # digits of a time; more is no time
TRANSLATED = IPv6Network("64:ff9b::/96")  # addresses of the old kind within the new, which lead wherever the old one does


class NotPublic(OSError):
    """A name that leads into a network of somebody's own, where no letter of ours has any business."""


def connect(url: str, *, seconds: float) -> HTTPConnection | None:
    """A connection, not opened yet; None for an address that would travel in the clear. `seconds` is its patience."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return HTTPSConnection(parts.hostname, parts.port, timeout=seconds)
    if parts.scheme == "http" and parts.hostname in HERE:
        return HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    return None


def connect_outside(url: str, *, seconds: float) -> HTTPConnection | None:
    """The same to a server that others name: only over TLS, and only to the open internet.

    The name is looked up once, at the moment of opening, and exactly what was looked at is called: opening raises NotPublic
    where any of its addresses is of a private network, of this machine, or of none at all.
    """
    parts = of_outside(url)
    if parts is None or parts.hostname is None:
        return None
    line = HTTPSConnection(parts.hostname, parts.port, timeout=seconds)
    line._create_connection = _public  # type: ignore[attr-defined]  # where http.client opens its socket
    return line


def of_outside(url: str) -> SplitResult | None:
    """The parts of an address that a server of the open internet may have, by its looks; None for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    bare = parts.username is None and parts.password is None and not parts.fragment and port != 0
    if not plain or not bare or parts.scheme != "https" or not host:
        return None
    try:
        return parts if is_public(host) else None
    except ValueError:  # a name and no number
        return parts if "." in host.strip(".") and not host.strip(".").rpartition(".")[2].isdigit() else None


def is_public(text: str) -> bool:
    """Whether this is an address of the open internet. Raises ValueError for what is none."""
    found = ip_address(text.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.teredo or found in TRANSLATED:
            return False
        inner: IPv4Address | IPv6Address | None = found.ipv4_mapped or found.sixtofour
        found = inner or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def _public(place: tuple[str, int], patience: float, _source: object = None) -> socket.socket:
    """Open a socket as http.client does, to what the name leads to now, and only if all of that is public."""
    found = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)
    if not found or not all(is_public(str(address[0])) for *_, address in found):
        raise NotPublic
    lost: OSError = NotPublic()
    for family, kind, protocol, _name, address in found:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(patience)
            line.connect(address)
        except OSError as refused:
            line.close()
            lost = refused
        else:
            return line
    raise lost


@contextmanager
def within(line: HTTPConnection, *, seconds: float) -> Iterator[None]:
    """Open a line, and cut it after so many seconds in all, however slowly the other side goes on talking."""
    line.connect()
    wire = line.sock

    def cut() -> None:
        try:
            wire.shutdown(socket.SHUT_RDWR)
        except OSError:  # it is over already
            return

    clock = Timer(seconds, cut)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def mark(body: bytes, *, secret: str, now: int) -> str:
    """What proves that a body comes from whoever knows the secret; `now` in unix seconds."""
    told = str(now).encode()
    return f"t={now},v1={hmac.new(secret.encode(), told + b'.' + body, hashlib.sha256).hexdigest()}"


def holds(said: str, body: bytes, *, secret: str) -> bool:
    """Whether exactly this body was marked under this secret, lately; without a secret nobody knows it."""
    parts = dict(part.split("=", 1) for part in said.split(",") if "=" in part)
    told = parts.get("t", "")
    timed = told.isascii() and told.isdigit() and len(told) <= LATEST
    if not secret or not timed or abs(time.time() - int(told)) > WINDOW:
        return False
    wanted = mark(body, secret=secret, now=int(told)).split("v1=")[1]
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())
