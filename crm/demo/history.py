"""A year of history: people arrive, confirm, are called, refuse, and are forgotten by their dates."""

import io
import math
from array import array
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from PIL import Image

from audit.trail import Self_, System
from consent import gate, ledger, notices, papers, scanning, sms, windows, working_days
from consent.ledger import Ask
from consent.models import Consent, Evidence
from consent.requests import asking, deciding
from consent.showing import signed
from consent.speech import decoding, kinds
from consent.windows import Window
from contacts import freshness, outcome, retention, withdrawal
from contacts.intake import arriving, asserting, speaking
from contacts.intake.arriving import Draft
from contacts.models import CallAttempt, Contact, Event, Phone
from crm.demo import people as made_up
from team.models import User

GROUP = 100
BY = System("demo")


def write(events: list[Event], users: dict[str, User], *, people: int, at: datetime, rng: Random) -> None:
    """Write `people` people over these events, in groups that share a moment; inside one transaction."""
    taken: set[str] = set()
    for number in range(max(people // GROUP, 1)):
        event = events[number % len(events)]
        drafts = [made_up.draw(rng, taken) for _n in range(min(GROUP, people))]
        _group(event, drafts, number, at=at, rng=rng)
    _overlap(events, drafts[16:], users["he"], at=at)
    _calls(users["li"], at=at, rng=rng)
    _signed([draft.subject for draft in drafts[:2]], users["li"], at=at)
    for draft in drafts[2:3]:  # in a very small office there is no third
        _spoken(draft.subject, users["li"], at=at, rng=rng)
    _asked([draft.subject for draft in drafts[40:43]], users["chen"], at=at)
    _chosen([draft.subject for draft in drafts[44:46]], at=at)
    _reached([draft.subject for draft in drafts], at=at)
    _passed_on([draft.subject for draft in drafts], users["li"], at=at)


def _group(event: Event, drafts: list[Draft], number: int, *, at: datetime, rng: Random) -> None:
    came = max(event.created_at, at - timedelta(days=170)) + timedelta(hours=rng.randrange(1, 9), minutes=number)
    fresh = at - timedelta(days=rng.randrange(1, 6), hours=number % 7)
    asserted, rest = drafts[:8], drafts[8:]
    ticks = {d.subject: [t.tick for t in event.ticks.select_related("tick") if t.tick.channel == "call"] for d in asserted}
    asserting.many(asserted, ticks=ticks, kind="mark", event=event, source="sheet", by=event.created_by, at=fresh)
    waiting, given = rest[:8], rest[8:]
    _request(event, waiting, fresh)
    came = min(came, at - timedelta(hours=3))
    _request(event, given, came)
    _give(event, given, came + timedelta(minutes=4), rng)
    for draft in given[:5]:
        withdrawal.withdraw(
            subject=draft.subject,
            scope=None,
            method="link",
            reason="withdrawal",
            by=Self_(draft.subject),
            at=at - timedelta(hours=rng.randrange(1, 30)),
        )


def _request(event: Event, drafts: list[Draft], at: datetime) -> None:
    arriving.make_keys(drafts, event=event, at=at)
    arriving.open_subjects(drafts, by=BY, at=at, reason="visitor")
    ticks = [row.tick for row in event.ticks.select_related("tick").order_by("tick__order")]
    asks = [Ask(d.subject, tick, "visitor") for d in drafts for tick in ticks[: 1 + d.subject.int % len(ticks)]]
    heads = ledger.request(asks, language="zh-hans", by=BY, at=at)
    bases = {head.subject_id: head for head in reversed(heads)}
    arriving.save(drafts, bases, event=event, source="visitor", by=BY, at=at)


def _give(event: Event, drafts: list[Draft], at: datetime, rng: Random) -> None:
    subjects = [draft.subject for draft in drafts]
    proofs = {
        s: Evidence(pk=uuid4(), subject_id=s, kind="otp", digest=f"{rng.getrandbits(256):064x}", created_at=at)
        for s in subjects
    }
    Evidence.objects.bulk_create(proofs.values(), batch_size=500)
    ticks = [row.tick for row in event.ticks.select_related("tick__purpose").order_by("tick__order")]
    chosen = [(s, tick) for s in subjects for tick in ticks[: 1 + s.int % len(ticks)]]
    for form, method in (("general", "otp"), ("separate", "own_step")):
        asks = [Ask(s, tick, "visitor") for s, tick in chosen if tick.purpose.form == form]
        ledger.give(asks, evidence=proofs, grade="A", method=method, language="zh-hans", by=BY, at=at, form=form)
    Phone.objects.filter(contact_id__in=subjects).update(confirmed_at=at)
    retention.refresh(subjects, at=at)


def _overlap(events: list[Event], met: list[Draft], user: User, *, at: datetime) -> None:
    """A colleague notes four people whom somebody else knows: two who agreed there, two who have refused."""
    foreign = [event for event in events if event.book.owner_id == user.pk]
    for draft in [*met[:2], *met[8:10]] if foreign else []:
        asserting.quick(event=foreign[0], name=draft.name, number=draft.numbers[0], by=user, at=at)


def _signed(people: list[UUID], by: User, *, at: datetime) -> None:
    """Two people whom staff had noted signed: one by hand on the screen, with the code of the words, one on a blank sheet."""
    version = notices.current()
    ticks = list(version.purposes.all())
    hand = [[(140 + 14 * n, 120 + (n * 37) % 160, 16 * n) for n in range(30)], [(640, 180, 700), (800, 230, 760)]]
    calls = {tick.pk for tick in ticks if tick.channel == "call"}
    sheet = signed.of(version, ticks, calls, hand, language="zh", at=at - timedelta(hours=2))
    blank = io.BytesIO()
    Image.new("RGB", (900, 1200), "white").save(blank, "PNG")
    for person, content in zip(people, (sheet, blank.getvalue()), strict=False):
        papers.add(subject=person, pages=scanning.pages_of(content), by=by, at=at - timedelta(hours=2))


def _spoken(person: UUID, by: User, *, at: datetime, rng: Random) -> None:
    """Somebody said yes aloud: a murmur of six seconds stands for the voice."""
    swell = (math.sin(n * 0.05) * abs(math.sin(n * 0.0003)) + rng.random() * 0.2 for n in range(6 * kinds.RATE))
    speech = decoding.plain(array("h", (int(5000 * loud) for loud in swell)).tobytes())
    said = at - timedelta(hours=3)
    contact, version = Contact.objects.select_related("event").get(pk=person), notices.current()
    ticks = list(version.purposes.filter(channel="call"))
    kept = at - timedelta(hours=2)
    speaking.keep(contact=contact, version=version, ticks=ticks, speech=speech, spoken_at=said, language="zh", by=by, at=kept)


def _asked(people: list[UUID], answering: User, *, at: datetime) -> None:
    """Three people ask about their own data: one is answered, one waits, and one waits too long."""
    told = (("explanation", "为什么给我打电话？", 20), ("correction", "我的姓写错了", 30), ("access", "", 2))
    for person, (kind, words, days) in zip(people, told, strict=False):
        asked_at = at - timedelta(days=days)
        row = asking.ask(subject=person, kind=kind, words=words, road="own_page", by=Self_(person), at=asked_at)
        if kind == "explanation":
            words = "您在活动中同意我们就咨询的问题致电，期限一年，可随时停止。"
            deciding.answer(request_id=row.pk, words=words, by=answering, at=asked_at + timedelta(days=2))


def _chosen(people: list[UUID], *, at: datetime) -> None:
    """One wants mornings of working days only, one may be reached at midday and at weekends too."""
    wishes = (Window(9, 12), Window(10, 20, midday=True, every_day=True))
    for person, wish in zip(people, wishes, strict=False):
        windows.choose([person], wish, at=at - timedelta(days=1))


def _reached(people: list[UUID], *, at: datetime) -> None:
    """Somebody who had stopped messages was reminded all the same, past the house: a debt for compliance (D9)."""
    agreed = Consent.objects.filter(subject__in=people, purpose="sms_info", channel="sms", state="given")
    for person in agreed.order_by("subject").values_list("subject", flat=True)[:1]:
        said = {"scope": {("sms_info", "sms")}, "method": "link", "reason": "withdrawal"}
        withdrawal.withdraw(subject=person, **said, by=Self_(person), at=at - timedelta(hours=26))  # type: ignore[arg-type]
        words = {"day": f"{at + timedelta(days=20):%Y-%m-%d}", "link": "https://127.0.0.1/me/"}
        letter = sms.log(subject=person, template="renewal", words=words, language="zh-hans", at=at - timedelta(hours=6))
        sms.delivered(message_id=letter.row.pk, reached=True, at=at - timedelta(hours=6))


def _passed_on(people: list[UUID], by: User, *, at: datetime) -> None:
    """Two were passed on and have withdrawn since, one two days ago: the partner is silent about it (D10)."""
    agreed = Consent.objects.filter(subject__in=people, purpose="partner_share", channel="share", state="given")
    asked = {"by": by, "action": "share", "usage": gate.Usage(), "in_book": True, "may": True}
    chosen = list(agreed.order_by("subject").values_list("subject", flat=True)[:2])
    for person in chosen:
        gate.ask(subject=person, at=at - timedelta(hours=60), **asked)  # type: ignore[arg-type]
    for person, hours in zip(chosen, (50, 2), strict=False):
        said = {"scope": {("partner_share", "share")}, "method": "link", "reason": "withdrawal"}
        withdrawal.withdraw(subject=person, **said, by=Self_(person), at=at - timedelta(hours=hours))  # type: ignore[arg-type]


def _on_a_working_day(at: datetime) -> datetime:
    """This moment, or the same hour of the last working day before it, since the office calls on no other."""
    while working_days.is_working(at.date()) is not None and working_days.for_calls(at.date()) != "working":
        at -= timedelta(days=1)
    return at


def _calls(user: User, *, at: datetime, rng: Random) -> None:
    """Some calls of the last weeks, by day, with outcomes."""
    people = list(Contact.objects.filter(book__owner=user, delete_rule="event_lead").values_list("pk", flat=True)[:60])
    for pk in people:
        moment = (at - timedelta(days=rng.randrange(3, 40))).replace(hour=rng.choice((2, 3, 6, 7, 8, 9, 10)))
        _call(pk, user, _on_a_working_day(moment), rng)
    newest = list(CallAttempt.objects.filter(user=user).order_by("-at").values_list("pk", flat=True)[:2])
    CallAttempt.objects.filter(pk__in=newest).update(outcome="", outcome_at=None, later_on=None)
    retention.refresh(people, at=at)


def _call(subject: UUID, user: User, at: datetime, rng: Random) -> None:
    phone = Phone.objects.get(contact_id=subject)
    decision = gate.ask(by=user, subject=subject, action="call", usage=gate.Usage(), in_book=True, may=True, at=at)
    if not decision.allowed:
        return
    came = rng.choice(("answered", "answered", "unanswered", "later"))
    CallAttempt.objects.create(
        subject_id=subject,
        phone_id=phone.pk,
        user=user,
        decision=decision,
        kind="dial",
        at=at,
        outcome=came,
        outcome_at=at,
        later_on=(at + timedelta(days=rng.randrange(2, 20))).date() if came == "later" else None,
    )
    if came in outcome.REACHED:
        Phone.objects.filter(pk=phone.pk).update(**freshness.seen(at))
