"""The list's filters: an allow-list read from the address, turned into conditions; nothing else reaches a query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from consent.models import Consent
from contacts import freshness
from contacts.models import Contact

PAGE = 50
STATES = ("given", "requested", "deferred", "asserted", "withdrawn", "refused", "expired")
LEAVING = {"7": 7, "30": 30}
KEYS = frozenset({"state", "event", "leaving", "source", "stale", "before"})


class FilterRefused(ValueError):
    """A filter that is not on the list; answered with 400."""


@dataclass(frozen=True)
class Filters:
    """What the reader asked to see, already checked."""

    state: str = ""
    event: UUID | None = None
    leaving: str = ""
    source: str = ""
    stale: bool = False
    before: tuple[datetime, UUID] | None = None

    def where(self, *, at: datetime) -> Q:
        """The conditions, none of which touches a sealed column (rule 6)."""
        where = Q()
        if self.state:
            call = Consent.objects.filter(subject=OuterRef("pk"), purpose="phone_contact", channel="call")
            where &= Q(Exists(call.filter(state=self.state)))
        if self.event:
            where &= Q(event_id=self.event)
        if self.leaving:
            where &= Q(delete_on__lte=at + timedelta(days=LEAVING[self.leaving]))
        if self.source:
            where &= Q(source=self.source)
        if self.stale:
            where &= freshness.among(at=at)
        return where

    def query(self) -> str:
        """The filters as an address, without the place in the list; what a saved view keeps."""
        pairs = {
            "state": self.state,
            "event": self.event or "",
            "leaving": self.leaving,
            "source": self.source,
            "stale": "1" if self.stale else "",
        }
        return urlencode({key: value for key, value in pairs.items() if value})

    @property
    def any(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.query())


def read(params: Mapping[str, str]) -> Filters:
    """Read filters from the address; raises FilterRefused for anything not on the list."""
    if set(params) - KEYS:
        raise FilterRefused
    state, leaving, source = params.get("state", ""), params.get("leaving", ""), params.get("source", "")
    if (state and state not in STATES) or (leaving and leaving not in LEAVING):
        raise FilterRefused
    if (source and source not in Contact.Source.values) or params.get("stale", "") not in ("", "1"):
        raise FilterRefused
    try:
        event = UUID(params["event"]) if params.get("event") else None
        return Filters(state, event, leaving, source, params.get("stale") == "1", _place(params.get("before", "")))
    except ValueError:
        raise FilterRefused from None


def token(contact: Contact) -> str:
    """The place of one contact in the list, for the next page."""
    return f"{contact.created_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{contact.pk}"


def _place(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    at, pk = text.split("_")
    return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), UUID(pk)
