"""Every key that a page listens to, in one register: the help behind `?` shows it, a test holds pages and script to it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.navigation import ALL, COMPLIANCE, READERS, USERS


@dataclass(frozen=True)
class Shortcut:
    """One thing that keys do: the keys as they are written on them, the words, and whose pages have it."""

    keys: tuple[str, ...]
    words: Promise
    roles: frozenset[str] = ALL


EVERYWHERE = (
    Shortcut(("⌘K", "Ctrl K"), _("go to a page")),
    Shortcut(("↑", "↓", "Enter"), _("choose among the pages found, and open one")),
    Shortcut(("/",), _("search"), READERS),
    Shortcut(("n",), _("new"), USERS),
    Shortcut(("?",), _("this help")),
    Shortcut(("Esc",), _("close")),
)
REVIEW = (
    Shortcut(("a",), _("accept"), COMPLIANCE),
    Shortcut(("1–9",), _("choose the reason"), COMPLIANCE),
    Shortcut(("r",), _("return to the advisor"), COMPLIANCE),
    Shortcut(("x",), _("declare invalid"), COMPLIANCE),
    Shortcut(("s",), _("skip"), COMPLIANCE),
)
GROUPS: tuple[tuple[Promise, tuple[Shortcut, ...]], ...] = ((_("On every page"), EVERYWHERE), (_("At the review desk"), REVIEW))


def of(role: str) -> list[tuple[Promise, list[Shortcut]]]:
    """The groups of keys on the pages of this role, empty ones left out."""
    found = [(title, [key for key in keys if role in key.roles]) for title, keys in GROUPS]
    return [(title, keys) for title, keys in found if keys]


def context(request: HttpRequest) -> dict[str, object]:
    """For every page: the keys that its reader's pages listen to."""
    return {"shortcuts": of(getattr(getattr(request, "user", None), "role", ""))}
