"""The pages a person meets, by role: what `manage.py shots` photographs and measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page: a name for its picture, its address, and the link to follow from there, if any."""

    name: str
    path: str
    follow: str = ""


PERSON = 'main a[href^="/contacts/"][href*="-"]'
EVENT = 'main a[href^="/events/"][href*="-"]'
BOOK = 'main a[href^="/team/books/"][href*="-"]'
COLLEAGUE = 'main a[href^="/team/"][href*="-"]'

VISITOR = "visitor"
PAGES: dict[str, tuple[Page, ...]] = {
    VISITOR: (
        Page("welcome", "/"),
        Page("sign-in", "/sign-in/"),
        Page("event-form", "/e/demo/"),
        Page("nothing-here", "/no-such-page/"),
    ),
    "li": (
        Page("today", "/"),
        Page("contacts", "/contacts/"),
        Page("person", "/contacts/", PERSON),
        Page("quick-note", "/contacts/new/"),
        Page("events", "/events/"),
        Page("event", "/events/", EVENT),
        Page("new-event", "/events/new/"),
        Page("import", "/import/"),
        Page("calls", "/calls/"),
        Page("account", "/account/"),
        Page("password", "/account/password/"),
        Page("not-your-door", "/retention/"),
    ),
    "wu": (
        Page("today", "/"),
        Page("contacts", "/contacts/"),
        Page("matrix", "/team/matrix/"),
        Page("books", "/team/books/"),
        Page("hand-over", "/team/books/", BOOK),
    ),
    "chen": (
        Page("today", "/"),
        Page("person", "/contacts/", PERSON),
        Page("retention", "/retention/"),
        Page("holds", "/holds/"),
        Page("suppression", "/suppression/"),
        Page("suppression-lookup", "/suppression/number/"),
        Page("notices", "/notices/"),
        Page("matrix", "/team/matrix/"),
    ),
    "zhao": (Page("today", "/"), Page("team", "/team/"), Page("colleague", "/team/", COLLEAGUE)),
    "sun": (Page("today", "/"), Page("audit", "/audit/")),
}
