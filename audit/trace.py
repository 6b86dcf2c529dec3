"""The trace id (W3C, 32 hex digits) that ties the entries of one request or job together."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

_current: ContextVar[str] = ContextVar("audit_trace", default="")


def current() -> str:
    """The trace id of this request or job; a new one where none was begun."""
    return _current.get() or secrets.token_hex(16)


@contextmanager
def begin() -> Iterator[str]:
    """Give everything inside one fresh trace id; for requests, tasks and commands."""
    token = _current.set(secrets.token_hex(16))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class TraceMiddleware:
    """Begins a trace for each request.

    The id is always our own: one taken from the caller's `traceparent` could spell a phone number
    into the trail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request under a fresh trace id."""
        with begin():
            return self.get_response(request)
