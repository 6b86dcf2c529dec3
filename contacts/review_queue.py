"""What waits for a look: signed paper that nobody judged yet, who leaves soonest first, and a sample of each week (C6)."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from consent import gate, reviewing, states
from consent.models import Consent, ConsentEvent, ConsentReview, NoticePurpose, PaperPage
from consent.rules import Verdict
from contacts import cards, keeping, retention, timeline, usage, visibility
from contacts.cards import Card
from contacts.models import Contact
from contacts.timeline import Step
from team.models import User

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
    tick: NoticePurpose | None
    steps: list[Step]
    leaves: datetime
    verdict: Verdict
    shown: str


def papers(at: datetime) -> QuerySet[Consent]:
    """Consents that only paper could make: asked or asserted, with paper added since anybody looked; soonest to leave first."""
    newest = PaperPage.objects.filter(subject=OuterRef("subject"), file_key__isnull=False)
    newest_at = newest.order_by().values("subject").annotate(at=Max("created_at")).values("at")
    looked = ConsentReview.objects.filter(consent=OuterRef("pk"), at__gte=OuterRef("paper_at"))
    leaves = Contact.objects.filter(pk=OuterRef("subject"), delete_on__gt=at).values("delete_on")
    rows = Consent.objects.filter(state__in=states.SIGNABLE).annotate(paper_at=Subquery(newest_at), leaves=Subquery(leaves))
    since = Q(state__in=states.WAITING) | Q(changed_at__lte=F("paper_at"))  # paper from before its end speaks for no new yes
    rows = rows.filter(since, ~Exists(looked), paper_at__isnull=False, leaves__isnull=False)
    return rows.order_by("leaves", "pk")


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
    return list(Consent.objects.filter(pk__in=chosen, state__in=states.ENDING, subject__erased_at=None).order_by("pk"))


def first(by: User, *, drawn: list[Consent], after: str, at: datetime) -> Item | None:
    """The next item: papers, then what was `drawn` as the sample; `after` skips those up to and with this consent."""
    queue = [("paper", row) for row in papers(at)[:200]] + [("sample", row) for row in drawn]
    ids = [str(row.pk) for _kind, row in queue]
    rest = queue[ids.index(after) + 1 :] if after in ids else queue
    return _item(*rest[0], by=by, at=at) if rest else None


def _item(kind: str, row: Consent, *, by: User, at: datetime) -> Item:
    head = Consent.objects.select_related("purpose", "notice_version__notice").get(pk=row.pk)
    contact = visibility.one(by, head.subject_id)
    pages = reviewing.papers_of(head)
    counts = usage.of([contact.pk], at=at)
    leaves = keeping.leaving([contact], at=at)[contact.pk]
    return Item(
        leaves=leaves,
        kind=kind,
        consent=head,
        last=ConsentEvent.objects.filter(consent=head).latest("number"),
        card=cards.of([contact], by=by, at=at)[0],
        pages=pages,
        tick=_tick(kind, head, pages),
        steps=timeline.of(contact, timeline.acts_of(contact), leaves=leaves)[:12],
        verdict=gate.peek_many([contact.pk], "call", by=by, at=at, usage=counts)[contact.pk],
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


def _tick(kind: str, head: Consent, pages: list[PaperPage]) -> NoticePurpose | None:
    """The words that were agreed to: those the paper names, or those of the version that stands in the ledger."""
    if kind == "paper":
        return reviewing.tick_on(head, pages)
    rows = NoticePurpose.objects.filter(version=F("version"), purpose=head.purpose_id, channel=head.channel)
    return rows.filter(version=head.notice_version_id).first()


def returned_to(user: User) -> QuerySet[ConsentReview]:
    """What compliance sent back to this user's books, newest first, while the consent still waits for better paper."""
    newest = ConsentReview.objects.filter(consent=OuterRef("consent")).order_by("-at").values("pk")[:1]
    mine = visibility.visible(user).values("pk")
    rows = ConsentReview.objects.filter(pk=Subquery(newest), verdict="returned", consent__state__in=states.WAITING)
    return rows.filter(consent__subject__in=mine).order_by("-at")
