"""Writes the consent defence file of one person, who may have left long ago (O4)."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import export, offline, stored, trail
from audit.search import Criteria
from consent import chain, evidence_files, notices, stamping, statutes
from consent.defence import contents, cover, seal, wording
from consent.models import (
    ConsentEvent,
    Decision,
    Evidence,
    NoticeCopy,
    NoticeVersion,
    PaperPage,
    Recording,
    RefusalRecording,
    SmsMessage,
    Subject,
)
from team.models import User
from vault import signing

HERE = Path(__file__).parent
DECISIONS = 1000  # the newest; the trail has them all
# Who wrote to whom and what became of it (电子签名法 8, H7): our number, the carrier's name for it, the words by their digest.
MESSAGE = ("subject", "sender", "gateway", "reference", "template", "words_hash", "outcome", "sent_at", "delivered_at")
FILES = {PaperPage: ("letter_id", "paper", "number"), Recording: ("sound",), RefusalRecording: ("sound", "proof_id")}
READMES = {"zh": "README.zh.txt", "en": "README.en.txt"}


class NobodyThere(Exception):
    """No person ever bore this id."""


class MayNotOpen(Exception):
    """Whoever asks for papers and recordings may not open evidence, by their role or while a pledge is lapsed (A10)."""


def of(subject: UUID, *, by: User, at: datetime, files: bool = False) -> bytes:
    """The zip, whole; that it was made is on record first. `at` is aware, UTC.

    With `files` it also holds the signed papers and the recordings, opened, and then it names the person; each opening is
    on record. Works after erasure: the ledger, digests, notices and the trail outlive the name. Raises NobodyThere, MayNotOpen,
    audit.export.NothingSealed before the first checkpoint, KeyringRefused without a key for receipts, and StoreAway
    where files are asked for and their store does not answer. Serves O1, O4, PIPL 69.
    """
    person = Subject.objects.filter(pk=subject).first()
    if person is None:
        raise NobodyThere
    if files and not evidence_files.may_open(by, at=at):
        raise MayNotOpen
    proofs = _evidence(person)  # first: it counts what is not sealed yet, and so not in the pieces
    signer, pieces = signing.receipts(), export.stream(Criteria(subject=subject), at=at)
    trail.record_alone("consent.defended", by=by, at=at, subject=subject, fields=("consent.evidence",) if files else ())
    events = list(
        ConsentEvent.objects.filter(consent__subject=person)
        .select_related("consent__purpose", "notice_version__notice", "evidence")
        .order_by("consent_id", "number")
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ledger.jsonl", b"".join(_line(event) for event in events))
        for version in {event.notice_version for event in events}:
            archive.writestr(f"{_notice_name(version)}.json", json.dumps(notices.shown(version), ensure_ascii=False, indent=2))
            for copy in NoticeCopy.objects.filter(version=version).order_by("language"):
                archive.writestr(f"{_notice_name(version)}.{copy.language}.html", bytes(copy.page))
                archive.writestr(f"{_notice_name(version)}.{copy.language}.pdf", bytes(copy.form))
        if files:
            proofs["contents"] = contents.put(archive, subject, by=by, at=at)
        proofs["stamps"] = _stamps(archive, events)
        archive.writestr("evidence.json", json.dumps(proofs, ensure_ascii=False, indent=2, default=str))
        archive.writestr("cover.pdf", cover.of(person, events, proofs, at=at))
        for language, code in (("en", "en"), ("zh", "zh-hans")):
            with translation.override(code):
                archive.writestr(
                    f"summary.{language}.txt", "\n".join(_summary(person, events, proofs["unsealed"], code, at)) + "\n"
                )
        archive.writestr("trail.zip", b"".join(pieces), zipfile.ZIP_STORED)
        archive.writestr("check.py", program())
        for language, name in READMES.items():
            words = (HERE / name).read_text(encoding="utf-8")
            archive.writestr(name, statutes.fill(words, on=at, language=language))
        seal.put(archive, subject, at=at, signer=signer)
    return target.getvalue()


def program() -> str:
    """The program that checks such a file: one file with its parts in it, so that it imports nothing from beside it."""
    whole, aes = ((HERE / name).read_text(encoding="utf-8") for name in ("check.py", "aes.py"))
    for name, part in (("VERIFY", offline.one_file("verify.py").decode()), ("AES", aes)):
        if "'''" in part:
            raise ValueError("a part would end its own quotation")
        whole = whole.replace(f'{name} = ""\n', f"{name} = r'''{part}'''\n", 1)
    return whole


def _line(event: ConsentEvent) -> bytes:
    told = {"facts": chain.facts_of(event), "hash": event.event_hash, "notice_hash": event.notice_version.content_hash}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _stamps(archive: zipfile.ZipFile, events: list[ConsentEvent]) -> list[dict[str, str]]:
    """Which time stamp speaks for which step; each token lies beside the list that it is over (O3)."""
    found, stamps = stamping.of(events)
    for one in stamps:
        archive.writestr(f"stamps/{one.stamp.pk}.txt", one.listed)
        archive.writestr(f"stamps/{one.stamp.pk}.tsr", bytes(one.stamp.token))
    return [{"event": str(event), "stamp": str(stamp)} for event, stamp in found.items()]


def _notice_name(version: NoticeVersion) -> str:
    return f"notices/{version.notice.code}-v{version.number}"


def _evidence(person: Subject) -> dict[str, Any]:
    """What proves the acts and what was done with them: kinds, digests, times, senders; what is in a file stands beside it."""
    acts = Evidence.objects.filter(subject=person).order_by("created_at").values("id", "kind", "digest", "created_at")
    messages = SmsMessage.objects.filter(subject=person).order_by("sent_at").values(*MESSAGE)
    columns = ("id", "action", "purpose", "channel", "allowed", "reason", "rule_version", "facts", "decided_at")
    asked = Decision.objects.filter(subject=person).order_by("-decided_at").values(*columns)[:DECISIONS]
    return {
        "subject": person.pk,
        "known_since": person.created_at,
        "erased_at": person.erased_at,
        "unsealed": stored.unsealed([person.pk])[person.pk],
        "evidence": list(acts),
        "files": [row for table, more in FILES.items() for row in _files(table, person, more)],
        "messages": list(messages),
        "decisions": list(asked),
    }


def _files(table: Any, person: Subject, more: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Every file of this person, here or gone: the digest of the closed file, and what binds it to its proof (O1)."""
    columns = ("id", "digest", "size", "created_at", *more)
    for row in table.objects.filter(subject=person).order_by("created_at", "id").values(*columns):
        yield {"kind": table._meta.model_name, **row}


def _summary(person: Subject, events: list[ConsentEvent], unsealed: int, code: str, at: datetime) -> Iterator[str]:
    """Every step in words, oldest first."""
    yield _("Consent defence file")
    yield _("Person: %(id)s") % {"id": person.pk}
    yield _("Made: %(time)s") % {"time": _local(at)}
    yield _("Known since: %(time)s") % {"time": _local(person.created_at)}
    if person.erased_at:
        yield _("Erased: %(time)s") % {"time": _local(person.erased_at)}
    if unsealed:
        yield cover.not_sealed(unsealed)
    yield ""
    for event in sorted(events, key=lambda one: (one.event_time, one.number)):
        purpose, version = event.consent.purpose, event.notice_version
        name = purpose.name_en if code == "en" else purpose.name_zh
        told = [_local(event.event_time), name, str(event.consent.get_channel_display()), str(event.get_after_display())]
        told += [str(event.get_actor_display()), wording.method(event.method), _("grade %(grade)s") % {"grade": event.grade}]
        told += [f"{version.notice.code} v{version.number}", event.event_hash[:16]]
        yield " | ".join(told)
    if not events:
        yield _("This person has never been asked for a consent.")


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %z")
