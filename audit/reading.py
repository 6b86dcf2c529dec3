"""Puts entries into words: who did what to whom and why, read from the leaf and from nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from audit import actors, ids, leaf, verbs
from audit.models import Entry, ExportJob
from audit.search import Criteria

OUTCOMES: dict[str, Promise] = {
    "ok": pgettext_lazy("outcome", "done"),
    "denied": pgettext_lazy("outcome", "refused"),
    "error": pgettext_lazy("outcome", "failed"),
}
BADGES = {"ok": "ok", "denied": "warn", "error": "bad"}
KINDS: dict[str, Promise] = {
    "c": pgettext_lazy("trail subject", "person"),
    "u": pgettext_lazy("trail subject", "colleague"),
    "n": pgettext_lazy("trail subject", "notice"),
    "e": pgettext_lazy("trail subject", "event"),
    "i": pgettext_lazy("trail subject", "import"),
    "p": pgettext_lazy("trail subject", "partner"),
}
# By which part of the house something was done of itself; a door that a stranger uses is one as well.
JOBS: dict[str, Promise] = {
    "backup": pgettext_lazy("part of the house", "backups"),
    "canary": pgettext_lazy("part of the house", "traps"),
    "command": pgettext_lazy("part of the house", "a command on the server"),
    "complaints": pgettext_lazy("part of the house", "complaints"),
    "demo": pgettext_lazy("part of the house", "the demo office"),
    "device": pgettext_lazy("part of the house", "a device without a network"),
    "door": pgettext_lazy("part of the house", "the door"),
    "import": pgettext_lazy("part of the house", "imports"),
    "keyring": pgettext_lazy("part of the house", "keys"),
    "later": pgettext_lazy("part of the house", "asking later"),
    "notices": pgettext_lazy("part of the house", "notices"),
    "readyz": pgettext_lazy("part of the house", "readiness"),
    "recall": pgettext_lazy("part of the house", "telling partners"),
    "receipts": pgettext_lazy("part of the house", "receipts"),
    "recipient": pgettext_lazy("part of the house", "a partner, by link or signed answer"),
    "restore": pgettext_lazy("part of the house", "restoring"),
    "sealer": pgettext_lazy("part of the house", "sealing"),
    "seed": pgettext_lazy("part of the house", "setting up"),
    "sms": pgettext_lazy("part of the house", "text messages"),
    "stamps": pgettext_lazy("part of the house", "time-stamping"),
    "sweep": pgettext_lazy("part of the house", "sweep"),
    "visitor": pgettext_lazy("part of the house", "a visitor"),
}
BASES: dict[str, Promise] = {
    "consent": gettext_lazy("by consent"),
    "hold": gettext_lazy("by legal hold"),
    "policy": gettext_lazy("by policy"),
}


@dataclass(frozen=True)
class Line:
    """One entry as the auditor reads it; `actor_key` and `subject` are the uuids to search for, or empty."""

    seq: int
    sentence: str
    outcome: str
    badge: str
    eid: str = ""
    day: str = ""
    time: str = ""
    iso: str = ""
    actor: str = ""
    actor_key: str = ""
    kind: str = ""
    subject: str = ""
    subject_name: str = ""
    fields: str = ""
    reason: str = ""
    basis: str = ""
    numbers: str = ""
    request: str = ""


def lines(entries: Sequence[Entry]) -> list[Line]:
    """These entries in words; asks for all names at once."""
    bodies = [leaf.read_or_none(entry.content) for entry in entries]
    known = actors.names(_users(body for body in bodies if body))
    return [_line(entry, body, known) if body else _damaged(entry) for entry, body in zip(entries, bodies, strict=True)]


@dataclass(frozen=True)
class Job:
    """One export as people read it: the row, and the names of who asked and who decided."""

    row: ExportJob
    asker: str
    decider: str

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.row.done // self.row.total if self.row.total else 0


def jobs(rows: Sequence[ExportJob]) -> list[Job]:
    """These exports with their names; asks for all names at once."""
    known = actors.names({key for row in rows for key in (row.asked_by, row.decided_by) if key})
    return [Job(row, known.get(row.asked_by, ""), known.get(row.decided_by, "") if row.decided_by else "") for row in rows]


def criteria(asked: Criteria) -> list[tuple[str, str]]:
    """Exactly what was asked for, in words; one line for everything."""
    known = actors.names({asked.actor}) if asked.actor else {}
    told = {
        _("Who"): known.get(asked.actor, str(asked.actor)) if asked.actor else "",
        _("What"): str(verbs.verb_label(asked.act)) if asked.act else "",
        _("About (id)"): str(asked.subject or ""),
        _("Outcome"): str(OUTCOMES.get(asked.outcome, "")),
        _("Reason"): str(verbs.reason_label(asked.reason)) if asked.reason else "",
        pgettext("day", "From"): _moment(asked.since),
        pgettext("moment", "Before"): _moment(asked.until),
    }
    return [(name, value) for name, value in told.items() if value] or [(_("What"), _("every entry"))]


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _users(bodies: Iterable[dict[str, object]]) -> set[UUID]:
    texts = (str(body[key]) for body in bodies for key in ("actor", "subj"))
    return {UUID(text[2:]) for text in texts if text.startswith("u:")}


def _line(entry: Entry, body: dict[str, object], known: Mapping[UUID, str]) -> Line:
    at = timezone.localtime(ids.moment(int(str(body["t"]))))
    kind, _colon, subject = str(body["subj"]).partition(":")
    outcome, basis = str(body["out"]), str(body["basis"]).partition(":")[0]
    return Line(
        seq=entry.seq,
        eid=str(body["id"]),
        day=at.strftime("%Y-%m-%d"),
        time=at.strftime("%H:%M:%S"),
        iso=at.isoformat(),
        actor=_actor(str(body["actor"]), known),
        actor_key=str(entry.actor),
        sentence=str(verbs.verb_label(str(body["act"]))),
        outcome=str(OUTCOMES.get(outcome, outcome)),
        badge=BADGES.get(outcome, "bad"),
        kind=str(KINDS.get(kind, kind)),
        subject=subject,
        subject_name=known.get(UUID(subject), "") if kind == "u" else "",
        fields=_join(verbs.field_label(str(name)) for name in _list(body["fields"])),
        reason=str(verbs.reason_label(str(body["reason"]))),
        basis=str(BASES.get(basis, basis)),
        numbers=_join(_list(body.get("n", []))),
        request=str(body["req"]),
    )


def _damaged(entry: Entry) -> Line:
    eid = str(entry.eid)
    if entry.content == leaf.REDACTED:
        sentence = _("the content of this entry was taken out by two people; its hash keeps the place")
        return Line(seq=entry.seq, eid=eid, sentence=sentence, outcome=pgettext("entry", "taken out"), badge="idle")
    return Line(seq=entry.seq, eid=eid, sentence=_("this entry has been damaged"), outcome=_("damaged"), badge="bad")


def _actor(text: str, known: Mapping[UUID, str]) -> str:
    kind, _colon, rest = text.partition(":")
    if kind == "u":
        return known.get(UUID(rest)) or _("user %(key)s") % {"key": rest[:8]}
    if kind == "s":
        return _("the person themself")
    return _("the system (%(job)s)") % {"job": JOBS.get(rest, rest)}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _join(parts: Iterable[object]) -> str:
    return _(", ").join(str(part) for part in parts)
