"""Where each role may go: the sidebar, the phone's bar and the palette read the same list."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from team import addresses

READERS = frozenset({"advisor", "lead", "compliance"})
USERS = frozenset({"advisor", "lead"})
COMPLIANCE = frozenset({"compliance"})
ALL = frozenset({"advisor", "lead", "compliance", "admin", "auditor"})


@dataclass(frozen=True)
class Place:
    """One destination: its address by name, its words, its icon, and who goes there."""

    url_name: str
    label: Promise
    icon: str
    roles: frozenset[str]
    group: str


PLACES = (
    Place("home", _("Today"), "layout-dashboard", ALL, "work"),
    Place("contacts", _("Contacts"), "users", READERS, "work"),
    Place("events", _("Events"), "calendar-days", READERS, "work"),
    Place("imports", _("Import"), "upload", USERS, "work"),
    Place("calls", _("Calls"), "phone", USERS, "work"),
    Place("review", _("Review"), "clipboard-check", COMPLIANCE, "compliance"),
    Place("coverage", _("Coverage"), "chart-pie", COMPLIANCE, "compliance"),
    Place("requests", _("Requests"), "inbox", COMPLIANCE, "compliance"),
    Place("minors", _("People under age"), "baby", frozenset({"compliance", "admin"}), "compliance"),
    Place("retention", _("Retention"), "timer", COMPLIANCE, "compliance"),
    Place("holds", _("Legal holds"), "lock", COMPLIANCE, "compliance"),
    Place("suppression", _("Do not contact"), "phone-off", COMPLIANCE, "compliance"),
    Place("debts", _("Reached after a no"), "message-square-warning", COMPLIANCE, "compliance"),
    Place("canaries", _("Canaries"), "bird", COMPLIANCE, "compliance"),
    Place("partners", _("Partners"), "handshake", frozenset({"compliance", "admin"}), "compliance"),
    Place("defence", _("Prove a consent"), "file-check", COMPLIANCE, "compliance"),
    Place("receipts_in", _("Receipts from elsewhere"), "file-input", COMPLIANCE, "compliance"),
    Place("notices", _("Notices"), "scroll-text", frozenset({"compliance", "admin"}), "compliance"),
    Place("audit", _("Audit trail"), "list-checks", frozenset({"auditor", "compliance"}), "proof"),
    Place("audit_export", _("Export the trail"), "download", frozenset({"auditor"}), "proof"),
    Place("team", _("People and roles"), "user-cog", frozenset({"admin", "compliance"}), "office"),
    Place("books", _("Books"), "book-user", frozenset({"admin", "lead"}), "office"),
    Place(
        "matrix",
        _("Role × field"),
        "table-properties",
        frozenset({"admin", "lead", "compliance", "auditor"}),
        "office",
    ),
    Place("keys", _("Encryption keys"), "key-round", frozenset({"admin"}), "office"),
    Place("account", _("My account"), "circle-user", ALL, "office"),
)
GROUPS: dict[str, Promise] = {
    "work": _("Workspace"),
    "compliance": _("Compliance"),
    "proof": _("Proof"),
    "office": _("Office"),
}


def places(request: HttpRequest) -> dict[str, object]:
    """Context for every page: the groups this role may open, with the current place marked."""
    role = getattr(getattr(request, "user", None), "role", "")
    here, theme = _here(request.path), request.COOKIES.get("theme")
    groups = []
    for code, title in GROUPS.items():
        items = [_item(place, here) for place in PLACES if place.group == code and role in place.roles]
        if items:
            groups.append({"title": title, "items": items})
    return {"nav": groups, "nav_search": role in READERS, "theme": theme if theme in ("light", "dark") else ""}


def _here(path: str) -> str:
    """The destination a page belongs to: of those it lies under the nearest, so that one place is marked, not two."""
    urls = [addresses.of(place.url_name) for place in PLACES]
    return max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")


def _item(place: Place, here: str) -> dict[str, object]:
    url = addresses.of(place.url_name)
    return {"url": url, "label": place.label, "icon": place.icon, "current": url == here}
