"""The second line of defence: no digit of a number, no secret of an address leaves in a log line, a mail or an error page."""

import logging
import re
from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

NUMBER = re.compile(r"(?<![0-9a-fA-F-])\+?\d(?:[\s\-./()]?\d){6,}(?![0-9a-fA-F])")
UUID_LIKE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
DOTS = "••••"
# Parts of an address that open something: behind the doors that are known to have one, and whatever is as long as one.
SECRET = re.compile(
    r"(?<=/)(?:(w|r|complaints|confirm|separately)/[\w-]{8,}(?:/[\w-]{20,})?|[\w-]{20,})(?=[/\s?#\"',;)]|$)", re.ASCII
)


def scrub(text: str) -> str:
    """The text without anything that looks like a phone number or like a link that opens something; uuids stay readable."""
    kept: list[str] = []
    start = 0
    for found in UUID_LIKE.finditer(text):
        kept += [_scrub(text[start : found.start()]), found.group()]
        start = found.end()
    return "".join(kept) + _scrub(text[start:])


def _scrub(text: str) -> str:
    return NUMBER.sub(DOTS, SECRET.sub(_door, text.translate(_NARROW)))


def _door(found: re.Match[str]) -> str:
    """The door stays readable, what opens it does not."""
    return f"{found[1]}/{DOTS}" if found[1] else DOTS


_NARROW = {ord("０") + n: str(n) for n in range(10)}


class ScrubFilter(logging.Filter):
    """Scrubs the finished message and the traceback of every record (I14)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace message and traceback by their scrubbed form."""
        record.msg, record.args = scrub(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        record.exc_info = None
        return True


class ScrubbingFilter(SafeExceptionReporterFilter):
    """Hides form fields, cookies and settings from every report, whatever DEBUG says."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always: a development page is a page too."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Names of the fields, never their values."""
        return dict.fromkeys(request.POST, DOTS) if request is not None else {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        """Names of the variables, never their values."""
        return dict.fromkeys(tb_frame.f_locals, DOTS).items()

    def get_cleansed_multivaluedict(self, request: Any, multivaluedict: Any) -> Any:
        """Names only."""
        return dict.fromkeys(multivaluedict, DOTS)


class ScrubbingReporter(ExceptionReporter):
    """The error page and the error mail, without variables and with every number scrubbed."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Drop the request's values, the names of its files, and the process environment."""
        data = super().get_traceback_data()
        for name in ("request_GET_items", "request_FILES_items"):
            data.pop(name, None)
        return data | {
            "request_meta": {},
            "filtered_POST_items": [],
            "request_COOKIES_items": [],
            "sys_path": [],
        }

    def get_traceback_html(self) -> SafeString:
        """The page, scrubbed."""
        return SafeString(scrub(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        """The mail, scrubbed."""
        return SafeString(scrub(super().get_traceback_text()))
