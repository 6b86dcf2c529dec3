"""Who is only stored is on no page, in no list, count, search or file, but where the law needs the one who places holds (D7, J2)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from audit.trail import Self_, System
from consent import ages
from consent.requests import asking
from contacts import clients, hold, rule_changes, sweep, withdrawal
from contacts.models import Contact, Phone
from team import fields
from team.fields import Level
from team.models import ProtectedField
from tests.proofs import cast, spellings, surfaces
from tests.proofs.cast import ROLES
from tests.proofs.surfaces import Ask, reveals, send, words_of
from tests.shared import undone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
# Values that stand nowhere else in the house, in every field.
GU = SimpleNamespace(
    name="顾闻笛",
    company="栖霞测绘仪器",
    title="首席大地测量师",
    wechat="gu_wendi_7731",
    email="wendi.gu@qixia-survey.example",
    note="在钟楼下谈过三角点",
    mobile="13594817026",
    landline="02586193047",
    evidence="录音第四十一段",
)
TEXTS = ("name", "company", "title", "wechat", "email", "note", "evidence")
# Where compliance, who places and lifts holds, still meets them, and what for (docs/adr/0033).
NEEDED = {
    "contact": "the page on which a hold, a request and the end of a contract are noted; on record as opened",
    "place_hold": "the hold itself",
    "holds": "which cases keep whom",
    "client": "the day a contract ended, from which the statute counts",
    "postpone": "a few days more before the deletion",
    "retention": "whose deletion comes next",
    "requests": "a person who is only stored asks as anybody does (PIPL 44-50)",
    "request": "the same",
    "take_request": "the same",
    "answer_request": "decided, back to the desk",
    "refuse_request": "the same",
    "correct_request": "the same",
    "run_sweep": "begun, back to who leaves next",
}

SOMEBODY_ELSES = ("receipt", "receipt_pdf")  # behind the secret link of another person; closed bytes may hold any four digits


@pytest.fixture
def stage(world, monkeypatch):
    """Gu in Li's book, with every field open to everybody the matrix knows, and every address asked about Gu."""
    for field in ProtectedField.objects.all():
        for role in ("advisor", "lead", "compliance"):
            fields.grant(field, role, Level.EXPORT)
    now = timezone.now()
    contact, _receipt = cast.bring(world.event, GU, by=world.li, at=now - timedelta(hours=1))
    ages.declare(subject=contact.pk, age="youth", by=world.chen, at=now)
    monkeypatch.setattr(surfaces, "FANG", GU)
    world.fang, world.phones = contact, {row.kind: row for row in Phone.objects.filter(contact=contact)}
    world.request = asking.ask(
        subject=contact.pk, kind="correction", words="a word is wrong", road="letter", by=world.chen, at=now
    )
    hold.place(
        contact=contact, case_ref="2026-9", reason="dispute", scope="identity", review_on=now.date(), by=world.chen, at=now
    )
    return world


def shows(page):
    """Whether anything of Gu stands here: a value, a masked name, the end or the middle of a number."""
    text, rest = spellings.plain(page), spellings.quiet(page)
    numbers = [part for number in (GU.mobile, GU.landline) for part in (number[-4:], number[-8:-4])]
    return any(getattr(GU, name) in text for name in TEXTS) or f"{GU.name[0]}*" in page or any(part in rest for part in numbers)


def met(world, role):
    """The names of the addresses at which this role meets Gu."""
    asked = [(name, ask) for name, many in surfaces.surfaces(world).items() for ask in many if name not in SOMEBODY_ELSES]
    asked += [("reveal", ask) for ask in reveals(world)] + [("contacts", Ask("/contacts/?state=given"))]
    return {name for name, ask in asked if shows(words_of(send(world.browsers[role], ask)))}


def bank(world, at):
    """The office is a bank's, as two people agreed."""
    change = rule_changes.propose(code="profile", value="bank", by=world.chen, at=at)
    rule_changes.decide(change_id=change.pk, yes=True, by=world.zhao, at=at)


def kept_by_statute(world, at):
    """A client of a bank who takes everything back: from that second on only stored."""
    bank(world, at)
    clients.mark(contact=world.fang, since=at.date(), until=None, by=world.li, at=at)
    said = {"scope": None, "method": "link", "reason": "withdrawal"}
    withdrawal.withdraw(subject=world.fang.pk, **said, by=Self_(world.fang.pk), at=at)


def narrowed(world, at):
    """The same after the sweep."""
    kept_by_statute(world, at)
    assert sweep.run(by=System("sweep"), at=at).narrowed == 1


def kept_by_hold(world, at):
    """Whose last day is over, and whom a case keeps."""
    Contact.objects.filter(pk=world.fang.pk).update(delete_on=at)


@pytest.mark.parametrize("role", [*ROLES.values(), "anonymous"])
def test_an_ordinary_person_is_met_and_one_who_is_only_stored_is_not(stage, role):
    """One walk twice: the first proves that the second could have seen something."""
    with undone():  # what a form notes on the way is nobody's afterwards
        before = met(stage, role)
    seen = {"advisor": 16, "lead": 16, "compliance": 16}
    assert len(before) >= seen.get(role, 0), sorted(before)
    kept_by_statute(stage, timezone.now())
    stage.browsers = cast.browsers(stage)
    after = met(stage, role)
    assert after == (set(NEEDED) & after if role == "compliance" else set())
    if role == "compliance":
        assert (before - after >= {"contacts", "search", "minors_listed", "papers", "withdraw"}, "contact" in after) == (
            True,
            True,
        )


@pytest.mark.parametrize("deed", [narrowed, kept_by_hold])
@pytest.mark.parametrize("role", ["advisor", "compliance"])
def test_the_same_after_the_sweep_and_under_a_hold(stage, deed, role):
    deed(stage, timezone.now())
    after = met(stage, role)
    assert after == (set(NEEDED) & after if role == "compliance" else set())
