"""What a request may be made of: a session cookie of ours, a body that is a form in UTF-8, a method we know."""

import re
from collections.abc import Callable
from email.message import Message

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from team.doors import not_understood

Next = Callable[[HttpRequest], HttpResponseBase]
SESSION_KEY = re.compile(r"[a-z0-9]{32}")
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
MACHINES = "/api/"


class SessionCookieMiddleware:
    """Drops a session cookie that we cannot have made: whoever sends it begins a new session (bad input 109)."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the cookie before anything asks the database for it."""
        if not SESSION_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class BodyMiddleware:
    """Refuses a body that is no form of ours before anybody reads it, and gives a refused method a page (100, 101, 108)."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the content type, then pass on."""
        if _has_body(request) and not _readable(request):
            return not_understood(request, _("This page takes forms in UTF-8 only. Nothing was changed."), status=415)
        answer = self.get_response(request)
        if answer.status_code == 405 and request.method not in ("HEAD", "OPTIONS") and not getattr(answer, "content", b""):
            page = not_understood(
                request, _("This address does not take that kind of request. Nothing was changed."), status=405
            )
            page["Allow"] = answer.headers.get("Allow", "")
            return page
        return answer


def _has_body(request: HttpRequest) -> bool:
    return request.META.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in request.META


def _readable(request: HttpRequest) -> bool:
    header = Message()
    header["Content-Type"] = request.META.get("CONTENT_TYPE", "") or "-/-"
    charset = header.get_content_charset() or "utf-8"
    kind = header.get_content_type()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        return False
    return kind in FORMS or (request.path.startswith(MACHINES) and kind == "application/json")
