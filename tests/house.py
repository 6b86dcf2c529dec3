"""The known cast of the stories, and the house they live in."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from audit.trail import System
from contacts import events
from contacts.intake import separately, visiting
from team import people
from team.models import Book, Pledge, Team
from vault import keyring, phone

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in the office
WANG, ZHOU, QIAN = "13800001234", "13900005678", "18600000915"
BY = System("test")


def build(at=NOON):
    """Li advises, Wu leads, He advises elsewhere, Chen checks, Sun audits, Zhao administers; one event of Li's."""
    keyring.ensure_development()
    team, other = Team.objects.create(name="Pudong"), Team.objects.create(name="Jing'an")
    house = SimpleNamespace(team=team)
    roles = {"wu": "lead", "li": "advisor", "he": "advisor", "chen": "compliance", "zhao": "admin", "sun": "auditor"}
    for name, role in roles.items():
        home = other if name == "he" else team
        user = people.open_account(
            username=name,
            display_name=name.title(),
            role=role,
            team=home,
            password="made-up-pass-1",
            by=BY,
            at=at - timedelta(days=60),
        )
        for kind in Pledge.Kind.values:
            people.sign_pledge(user=user, kind=kind, at=at - timedelta(days=30))
        setattr(house, name, user)
    house.event = _event("fair", house.li, at)
    house.far = _event("far", house.he, at)
    return house


def _event(code, owner, at):
    book = Book.objects.get(owner=owner)
    return events.create(name=code, place="Hall", held_on=at.date(), book=book, by=owner, at=at - timedelta(days=1), code=code)


def arrive(event, number, *, name="王小诺", at=NOON, confirm=True, channels=("call",)):
    """A visitor of age fills in the form and, unless told otherwise, types the code; returns submission and receipt.

    What asks for a step of its own is agreed to after the code, in that step.
    """
    asked = [row.tick for row in event.ticks.select_related("tick__purpose") if row.tick.channel in channels]
    ticks, token = [tick for tick in asked if tick.purpose.form == "general"], visiting.form_token()
    told = {"event": event, "name": name, "number": phone.normalise(number), "ticks": ticks, "language": "zh-hans"}
    sent = visiting.submit(**told, token=token, age="adult", at=at)
    if not confirm:
        return sent, None
    screen = visiting.subject_phone_screen(sent.subject_id)
    code = screen.split("验证码 ")[1][:6]
    receipt = visiting.confirm(submission=sent, code=code, language="zh-hans", at=at)
    for tick in asked:
        if tick.purpose.form == "separate":
            assert separately.agree(sent, tick.pk, language="zh-hans", at=at)
    return sent, receipt
