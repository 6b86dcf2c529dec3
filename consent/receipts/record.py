"""One receipt as facts, read from the ledger; the same ledger gives the same receipt to the last byte.

Nothing in it is a name or a number: the person is a pseudonym, so a receipt can be shown, stored and checked anywhere.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from consent import abroad, notices, promises
from consent.models import Consent, ConsentEvent, NoticePurpose
from consent.models.ledger import State
from consent.models.notice import Form

SCHEMA = "cfi-consent/1.0+27560"
NAMES = UUID("5b1c6f0e-3a3f-5c39-9d0e-7c1e0b6d2a11")  # this house's own, for ids made of hashes
ITEMS = ("name", "mobile")
ABROAD = ("country", "contact", "rights")  # what a receipt says of a recipient abroad (B8)


@dataclass(frozen=True)
class Event:
    """One step: what the consent became, when, by whom, by which act, how well proven."""

    state: str
    time: str
    entity: str
    method: str
    grade: str
    digest: str


@dataclass(frozen=True)
class Item:
    """One consent: for what, by which channel, on which notice, until when, and every step so far."""

    record_id: str
    purpose: str
    purpose_text: str
    channel: str
    form: str  # general, separate or written: how it was given; before that, how it is asked for
    state: str
    source: str
    given: str
    until: str
    days: int
    recipient: str
    notice_url: str
    notice_hash: str
    items: tuple[str, ...]
    events: tuple[Event, ...]
    contact: tuple[tuple[str, str | int], ...] = ()  # what the version promised of contact, by field; none is the office's rule
    abroad: tuple[tuple[str, str], ...] = ()  # of a recipient abroad: country, contact, rights, in the words of the version


@dataclass(frozen=True)
class Receipt:
    """Everything one person agreed to, as it stood after the last step."""

    receipt_id: str
    principal: str
    created: str
    language: str
    rights_url: str
    controller: dict[str, str]
    title: str
    end_action: str
    items: tuple[Item, ...]


class NothingToShow(Exception):
    """This person has taken no step that a receipt could tell of."""


def of(subject: UUID, *, language: str, site: str) -> Receipt:
    """The receipt of this person in `language` (zh-Hans or en); `site` is the address of this site, for its notices.

    Three queries. Raises NothingToShow. Serves C13, N1.
    """
    rows = Consent.objects.filter(subject_id=subject).exclude(state=State.TOMBSTONE)
    heads = list(rows.select_related("purpose", "notice_version__notice").order_by("purpose_id", "channel"))
    steps: defaultdict[UUID, list[ConsentEvent]] = defaultdict(list)
    for event in ConsentEvent.objects.filter(consent__in=heads).order_by("consent_id", "number"):
        steps[event.consent_id].append(event)
    told = [head for head in heads if steps[head.pk]]
    if not told:
        raise NothingToShow
    ticks = notices.agreed(told)
    newest = max((steps[head.pk][-1] for head in told), key=lambda event: (event.recorded_at, event.event_hash))
    words = _words(told, language)
    return Receipt(
        receipt_id=str(uuid5(NAMES, "".join(steps[head.pk][-1].event_hash for head in told))),
        principal=str(subject),
        created=stamp(newest.recorded_at),
        language=language,
        rights_url=_notice_url(told[0], site),
        controller={key: str(words["controller"].get(key, "")) for key in ("name", "credit_code", "address", "contact")},
        title=str(words["title"]),
        end_action=str(words["end_action"]),
        items=tuple(_item(head, steps[head.pk], ticks, language, site) for head in told),
    )


def _item(head: Consent, steps: list[ConsentEvent], ticks: dict[UUID, NoticePurpose], language: str, site: str) -> Item:
    tick = ticks.get(head.pk)
    english = language == "en"
    return Item(
        record_id=str(head.pk),
        purpose=head.purpose_id,
        purpose_text=(tick.tick_en if english else tick.tick_zh) if tick else head.purpose_id,
        channel=head.channel,
        form=head.form or (Form.GENERAL if head.given_at else head.purpose.form),
        state=head.state,
        source=head.source,
        given=stamp(head.given_at),
        until=stamp(head.valid_until),
        days=tick.valid_days if tick else head.purpose.retention_days,
        recipient=tick.recipient if tick else "",
        notice_url=_notice_url(head, site),
        notice_hash=head.notice_version.content_hash,
        items=tuple(head.purpose.categories or ITEMS),
        events=tuple(
            Event(step.after, stamp(step.event_time), step.actor, step.method, step.grade, step.event_hash) for step in steps
        ),
        contact=_contact(tick, language) if tick else (),
        abroad=_abroad(head, tick, language) if tick else (),
    )


def _abroad(head: Consent, tick: NoticePurpose, language: str) -> tuple[tuple[str, str], ...]:
    tick.version = head.notice_version  # the same row, read already
    row = notices.recipient(tick, language="en" if language == "en" else "zh") if tick.recipient else None
    return tuple((name, row.get(name, "")) for name in ABROAD) if row is not None and abroad.lies(row) else ()


def _contact(tick: NoticePurpose, language: str) -> tuple[tuple[str, str | int], ...]:
    told = promises.of(tick)
    kind = told.pop("type_en" if language == "en" else "type_zh", "")
    limits = {name: value for name, value in told.items() if not name.startswith("type_")}
    return tuple((({"type": kind} if kind else {}) | limits).items())


def _words(heads: list[Consent], language: str) -> dict[str, dict[str, str]]:
    """The words of the newest notice that the person saw."""
    newest = max((head.notice_version for head in heads), key=lambda version: version.number)
    words: dict[str, dict[str, str]] = newest.content["en" if language == "en" else "zh"]
    return words


def _notice_url(head: Consent, site: str) -> str:
    version = head.notice_version
    return f"{site.rstrip('/')}/n/{version.notice.code}/v{version.number}/"


def stamp(at: datetime | None) -> str:
    """ISO 8601 in UTC, to the microsecond; empty for no time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if at else ""
