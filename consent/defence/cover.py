"""The defence file's first sheet: who agreed to which words, by which act, with which proof, and what happened since (O4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.platypus import Flowable, PageBreak

from consent import rules
from consent.defence import wording
from consent.models import ConsentEvent, NoticePurpose, Subject
from consent.models.evidence import Evidence
from consent.showing import sheet
from consent.showing.sheet import heading, text
from consent.showing.snapshot import CODES

Ticks = Mapping[tuple[Any, str, str], NoticePurpose]


def of(person: Subject, events: Sequence[ConsentEvent], proofs: Mapping[str, Any], *, at: datetime) -> bytes:
    """One PDF in Chinese and then in English; `proofs` is what evidence.json says. It names nobody, so it may be shown.

    `events` are all steps of this person, in any order; `at` (aware) is when the file is made.
    """
    rows = NoticePurpose.objects.filter(version__in={event.notice_version_id for event in events})
    ticks = {(row.version_id, row.purpose_id, row.channel): row for row in rows}
    steps = sorted(events, key=lambda one: (one.event_time, one.number))
    story: list[Flowable] = []
    for language, code in CODES.items():
        with translation.override(code):
            story += [PageBreak()] if story else []
            story += _story(person, steps, ticks, proofs, language, at)
            title = _("Consent defence file")
    return sheet.build(story, title=title, author="Yunnuo", foot=f"{person.pk} · {_local(at)}")


def _story(
    person: Subject, steps: Sequence[ConsentEvent], ticks: Ticks, proofs: Mapping[str, Any], language: str, at: datetime
) -> list[Flowable]:
    told: list[Flowable] = [text(_("Consent defence file"), 16), text(_("Person: %(id)s") % {"id": person.pk})]
    told += [text(line) for line in _times(person, proofs, at)]
    told += [heading(_("What was agreed to, and what proves it"))]
    given = [event for event in steps if event.after in rules.LIVE]
    for event in given:
        told += [text(_words(event, ticks, language), 10, before=4), sheet.table(_facts(event))]
    told += [] if given else [text(_("This person has agreed to nothing."))]
    told += [heading(_("What happened since")), *(text(line, 8.5) for line in _since(steps, proofs, language))]
    return [*told, text(_("Each digest can be checked with the files beside this sheet: see README."), 8.5, before=6)]


def _times(person: Subject, proofs: Mapping[str, Any], at: datetime) -> list[str]:
    told = [_("Made: %(time)s") % {"time": _local(at)}, _("Known since: %(time)s") % {"time": _local(person.created_at)}]
    told += [_("Erased: %(time)s") % {"time": _local(person.erased_at)}] if person.erased_at else []
    return told + ([not_sealed(proofs["unsealed"])] if proofs["unsealed"] else [])


def not_sealed(many: int) -> str:
    """That the trail beside lacks what happened last, and when it will not: the sealer comes every minute."""
    return ngettext(
        "%(many)s entry of the trail about this person was not sealed yet, and is not in here. Ask again in two minutes.",
        "%(many)s entries of the trail about this person were not sealed yet, and are not in here. Ask again in two minutes.",
        many,
    ) % {"many": many}


def _words(event: ConsentEvent, ticks: Ticks, language: str) -> str:
    """The words agreed to, as that version has them."""
    consent = event.consent
    tick = ticks.get((event.notice_version_id, consent.purpose_id, consent.channel))
    if tick is None:
        return consent.purpose.name_en if language == "en" else consent.purpose.name_zh
    return tick.tick_en if language == "en" else tick.tick_zh


def _facts(event: ConsentEvent) -> list[list[str]]:
    version, proof = event.notice_version, event.evidence
    form = str(event.get_form_display()) if event.form else ""
    act = " · ".join(part for part in (str(event.get_actor_display()), wording.method(event.method), form) if part)
    kind = f"{Evidence.Kind(proof.kind).label} · SHA-256 {proof.digest}" if proof else ""
    return [
        [_("When"), _local(event.event_time)],
        [_("Notice"), f"{version.notice.code} v{version.number} · SHA-256 {version.content_hash}"],
        [_("By which act"), f"{act} · {_('grade %(grade)s') % {'grade': event.grade}}"],
        *([[_("Evidence"), kind]] if kind else []),
        [_("Step"), event.event_hash],
    ]


def _since(steps: Sequence[ConsentEvent], proofs: Mapping[str, Any], language: str) -> list[str]:
    """Each step that closed or paused something, then uses in numbers: what the gate allowed and denied, what was written."""
    told = []
    for event in steps:
        if event.after not in rules.LIVE and event.before in rules.LIVE:
            purpose = event.consent.purpose
            name = purpose.name_en if language == "en" else purpose.name_zh
            told.append(f"{_local(event.event_time)} · {name} · {event.get_after_display()} · {wording.method(event.method)}")
    asked = Counter((row["action"], bool(row["allowed"])) for row in proofs["decisions"])
    for (action, allowed), many in sorted(asked.items()):
        told.append(f"{wording.action(action)} · {_('allowed') if allowed else _('denied')} × {many}")
    sent = Counter(row["template"] for row in proofs["messages"])
    message = _("text message: %(kind)s × %(many)s")
    told += [message % {"kind": wording.message(kind), "many": many} for kind, many in sorted(sent.items())]
    return told or [_("Nothing.")]


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %z")
