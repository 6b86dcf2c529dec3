"""What waits for a look: paper and speech that nobody judged yet, who leaves soonest first, and a sample of each week (C6)."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from consent import gate, notices, proofs, reviewing, rules, states
from consent.models import Consent, ConsentEvent, ConsentReview, NoticePurpose, PaperPage, Recording
from consent.rules import Verdict
from consent.showing import script
from contacts import keeping, looking, retention, timeline, usage, visibility
from contacts.cards import Card
from contacts.models import Contact
from contacts.timeline import Step
from team.models import User

MOST = 200  # consents of each kind looked through at once
SAMPLE = 3  # upgrades of each advisor and week
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Item:
    """One consent to look at, with everything that is needed for a verdict on one screen."""

    kind: str
    consent: Consent
    last: ConsentEvent
    card: Card
    pages: list[PaperPage]
    recordings: list[Recording]
    script: list[str]
    tick: NoticePurpose | None
    steps: list[Step]
    leaves: datetime
    verdict: Verdict
    shown: str


def papers(at: datetime) -> QuerySet[Consent]:
    """Consents that only paper could make, or make better: with paper added since anybody looked; soonest to leave first."""
    newest = PaperPage.objects.filter(subject=OuterRef("subject"), file_key__isnull=False, letter=None)
    spoken = Q(state__in=rules.LIVE, grade="C")
    return _waiting(newest, "created_at", Q(state__in=states.SIGNABLE) | spoken, at)


def speech(at: datetime) -> QuerySet[Consent]:
    """Consents that were asked for in a recording nobody has listened to yet; soonest to leave first."""
    asked = {"ticks__purpose": OuterRef("purpose"), "ticks__channel": OuterRef("channel")}
    newest = Recording.objects.filter(subject=OuterRef("subject"), file_key__isnull=False, **asked)
    return _waiting(newest, "spoken_at", Q(state__in=states.SIGNABLE), at)


def _waiting(files: QuerySet[Any], made: str, open_: Q, at: datetime) -> QuerySet[Consent]:
    """Of these consents those with such a file, come since anybody looked and made since the yes before it ended."""
    newest = {name: files.order_by().values("subject").annotate(at=Max(name)).values("at") for name in ("created_at", made)}
    looked = ConsentReview.objects.filter(consent=OuterRef("pk"), at__gte=OuterRef("came_at"))
    leaves = Contact.objects.filter(pk=OuterRef("subject"), delete_on__gt=at).filter(visibility.in_use(at)).values("delete_on")
    rows = Consent.objects.filter(open_)
    rows = rows.annotate(came_at=Subquery(newest["created_at"]), made_at=Subquery(newest[made]), leaves=Subquery(leaves))
    since = Q(state__in=states.WAITING) | Q(changed_at__lte=F("made_at"))  # what is from before its end speaks for no new yes
    rows = rows.filter(since, ~Exists(looked), came_at__isnull=False, leaves__isnull=False)
    return rows.order_by("leaves", "pk")


def waiting(at: datetime) -> list[Consent]:
    """Paper and speech in one line, each consent once, at most a few hundred; soonest to leave first."""
    found = {row.pk: row for row in (*papers(at)[:MOST], *speech(at)[:MOST])}
    return sorted(found.values(), key=lambda row: (getattr(row, "leaves"), row.pk))  # noqa: B009 - an annotation


def sample(at: datetime) -> list[Consent]:
    """Of the consents that staff had asserted and people confirmed in the last seven days, a few of each advisor.

    Which ones follows from a hash over the week and the event, so that nobody chooses and every look sees the same.
    """
    before = ConsentEvent.objects.filter(consent=OuterRef("consent"), number=OuterRef("number") - 1)
    upgraded = Exists(before.filter(Q(after="asserted") | Q(before="asserted")))
    rows = ConsentEvent.objects.filter(upgraded, after="given", grade="A", event_time__gt=at - WEEK)
    owner = Contact.objects.filter(pk=OuterRef("consent__subject")).values("created_by")
    seen = Exists(ConsentReview.objects.filter(event=OuterRef("pk"), kind="sample"))
    rows = rows.annotate(advisor=Subquery(owner), seen=seen)
    week = f"{at:%G-%V}"
    found: defaultdict[UUID | None, list[tuple[str, UUID, bool]]] = defaultdict(list)
    for event, consent, advisor, looked in rows.values_list("pk", "consent_id", "advisor", "seen"):
        found[advisor].append((hashlib.sha256(f"{week}:{event}".encode()).hexdigest(), consent, looked))
    chosen = {consent for drawn in found.values() for _mark, consent, looked in sorted(drawn)[:SAMPLE] if not looked}
    here = Contact.objects.filter(visibility.in_use(at)).values("pk")
    return list(Consent.objects.filter(pk__in=chosen, state__in=states.ENDING, subject__in=here).order_by("pk"))


def first(by: User, *, drawn: list[Consent], after: str, at: datetime) -> Item | None:
    """The next item: papers and speech, then what was `drawn` as the sample; `after` skips up to and with this consent."""
    queue = waiting(at) + drawn
    ids = [str(row.pk) for row in queue]
    rest = queue[ids.index(after) + 1 :] if after in ids else queue
    return _item(rest[0], by=by, at=at) if rest else None


def _item(row: Consent, *, by: User, at: datetime) -> Item:
    head = Consent.objects.select_related("purpose", "notice_version__notice").get(pk=row.pk)
    contact = visibility.one(by, head.subject_id)
    card = looking.at_one(contact, by=by, at=at)
    calls = timeline.calls_of(contact, at=at)
    counts, agreed = {"call": usage.counted(contact, calls, at=at)}, notices.agreed([head])
    pages, recordings, kind = proofs.papers_of(head), proofs.recordings_of(head), reviewing.kind_of(head)
    tick = _tick(kind, head, pages, recordings)
    leaves = keeping.leaving([contact], at=at)[contact.pk]
    return Item(
        leaves=leaves,
        kind=kind,
        recordings=recordings,
        script=script.of(tick.version, [tick], recordings[-1].language) if tick and recordings else [],
        consent=head,
        last=ConsentEvent.objects.filter(consent=head).latest("number"),
        card=card,
        pages=pages,
        tick=tick,
        steps=timeline.of(contact, timeline.acts_of(contact), calls, leaves=leaves)[:12],
        verdict=gate.peek(contact.pk, counts, consents=[head], agreed=agreed, by=by, at=at, discreet=False)["call"],
        shown=reviewing.digest(head),
    )


def decide(*, consent: Consent, seen: UUID, shown: str, verdict: str, reason: str, by: User, at: datetime) -> Contact:
    """Give the verdict (see consent.reviewing.decide) and move the day of leaving with it; returns the person.

    Raises reviewing.ReviewRefused, also ("leaving") where the person's day has come: nobody is kept by a late look.
    """
    with transaction.atomic():
        contact = visibility.one(by, consent.subject_id)
        if contact.delete_on <= at:
            raise reviewing.ReviewRefused("leaving")
        told = {"verdict": verdict, "reason": reason, "language": contact.language}
        reviewing.decide(consent_id=consent.pk, seen=seen, shown=shown, **told, by=by, at=at)
        retention.refresh([contact.pk], at=at)
    return contact


def _tick(kind: str, head: Consent, pages: list[PaperPage], recordings: list[Recording]) -> NoticePurpose | None:
    """The words that were agreed to: those the paper names, those read out, or those of the version in the ledger."""
    if kind == "paper":
        return proofs.tick_on(head, pages)
    if kind == "speech":
        return proofs.spoken_on(head, recordings[-1])
    rows = NoticePurpose.objects.filter(version=F("version"), purpose=head.purpose_id, channel=head.channel)
    return rows.filter(version=head.notice_version_id).first()


def returned_to(user: User) -> QuerySet[ConsentReview]:
    """What compliance sent back to this user's books, newest first, while the consent still waits for better paper."""
    newest = ConsentReview.objects.filter(consent=OuterRef("consent")).order_by("-at").values("pk")[:1]
    mine = visibility.visible(user).values("pk")
    rows = ConsentReview.objects.filter(pk=Subquery(newest), verdict="returned", consent__state__in=states.WAITING)
    return rows.filter(consent__subject__in=mine).order_by("-at")
