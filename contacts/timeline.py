"""What happened with one person, newest first, in words: consents, calls, and the day they leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent import deferring
from consent.models import ConsentEvent
from contacts.models import CallAttempt, Contact

LIMIT = 60
TONES = {
    "given": "ok",
    "renewed": "ok",
    "withdrawn": "bad",
    "refused": "bad",
    "expired": "warn",
    "asserted": "warn",
}
ICONS = {"given": "file-check", "renewed": "file-check", "withdrawn": "hand", "deferred": "clock"}
CALLS: dict[str, Promise] = {
    "dial": _("Called without seeing the number"),
    "reveal": _("Looked at the full number"),
}


@dataclass(frozen=True)
class Step:
    """One line of the timeline; `icon` and `tone` name its look, `future` a thing to come."""

    at: datetime
    title: str | Promise
    detail: str | Promise
    icon: str
    tone: str
    who: str = ""
    proof: str = ""
    future: bool = False


def acts_of(contact: Contact) -> list[ConsentEvent]:
    """Every act of consent of one person, newest first, with what was shown and who recorded them; one query."""
    rows = ConsentEvent.objects.filter(consent__subject_id=contact.pk)
    rows = rows.select_related("consent__purpose", "recorded_by", "notice_version__notice")
    return list(rows.order_by("-recorded_at", "-number"))


def calls_of(contact: Contact, *, at: datetime) -> list[CallAttempt]:
    """The calls to one person, newest first, with who made them: a month whole, and the newest before; one query."""
    newest = CallAttempt.objects.filter(subject_id=contact.pk).order_by("-at").values("pk")[:LIMIT]
    lately = Q(subject_id=contact.pk, at__gt=at - timedelta(days=31))
    rows = CallAttempt.objects.filter(lately | Q(pk__in=newest)).select_related("user")
    return list(rows.order_by("-at"))


def of(contact: Contact, acts: list[ConsentEvent], calls: list[CallAttempt], *, leaves: datetime) -> list[Step]:
    """The steps of one person, from their acts of consent and the calls; staff by name, no value of the person (H13).

    `leaves` is the night in which they leave (keeping.leaving).
    """
    steps = [_consent_step(event) for event in acts[:LIMIT]]
    steps += [_call_step(call) for call in calls[:LIMIT]]
    steps.sort(key=lambda step: step.at, reverse=True)
    ahead = [Step(leaves, _("Will be erased"), "", "trash-2", "idle", future=True)]
    put_off = any(event.after == "deferred" for event in acts)
    if put_off and (wished := deferring.wishes([contact.pk]).get(contact.pk)):
        words = _("as they wished; nobody else asks")
        ahead.append(Step(wished, _("May be asked once more"), words, "send", "idle", future=True))
    return [*ahead, *steps]


def _consent_step(event: ConsentEvent) -> Step:
    version = event.notice_version
    return Step(
        at=event.event_time,
        title=format_lazy("{} · {}", event.get_after_display(), event.consent.get_channel_display()),
        detail=_purpose(event),
        icon=ICONS.get(event.after, "file"),
        tone=TONES.get(event.after, "idle"),
        who=event.recorded_by.display_name if event.recorded_by else "",
        proof=f"{version.notice.code} v{version.number} · {event.grade} · {event.event_hash[:12]}",
    )


def _purpose(event: ConsentEvent) -> str:
    purpose = event.consent.purpose
    return purpose.name_en if (get_language() or "").startswith("en") else purpose.name_zh


def _call_step(call: CallAttempt) -> Step:
    return Step(
        at=call.at,
        title=CALLS[call.kind],
        detail=_came_of(call),
        icon="phone" if call.kind == CallAttempt.Kind.DIAL else "eye",
        tone="warn" if call.kind == CallAttempt.Kind.REVEAL else "acc",
        who=call.user.display_name,
    )


def _came_of(call: CallAttempt) -> str | Promise:
    if not call.outcome:
        return _("no outcome noted yet")
    words = call.get_outcome_display()
    return f"{words} · {call.later_on:%Y-%m-%d}" if call.later_on else words
