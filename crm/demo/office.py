"""Fills an empty office: staff with pledges and devices, events, people in every state, calls."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.trail import System
from consent import leading, notices, partners
from consent.partners import Agreement
from contacts import events
from contacts.models import Event
from crm import env
from crm.demo import history
from team import people as accounts
from team.models import Book, Pledge, Team, User

BY = System("demo")
STAFF = (
    ("wu", "吴敏", "lead"),
    ("li", "李若溪", "advisor"),
    ("he", "何嘉", "advisor"),
    ("chen", "陈静", "compliance"),
    ("zhao", "赵磊", "admin"),
    ("sun", "孙悦", "auditor"),
)
PLACES = (
    ("中小企业融资对接会", "浦东会展中心", "li", 300, "spring"),
    ("财富管理讲座", "静安图书馆", "he", 150, "wealth"),
    ("金融科技大会", "张江科学会堂", "li", 60, "fintech"),
    ("冬季理财沙龙", "示范大厦 3 楼", "li", 2, "demo"),
)


def password() -> str:
    """The one password of all demo accounts: kept in the var folder, or set by YUNNUO_DEMO_PASSWORD."""
    if chosen := env.text("YUNNUO_DEMO_PASSWORD", ""):
        return chosen
    file = settings.VAR_DIR / "demo-password"
    if not file.exists():
        file.write_text(f"demo-{secrets.token_hex(4)}")
        file.chmod(0o600)
    return str(file.read_text())


def fill(*, people: int, at: datetime) -> bool:
    """Fill the office when nobody works here yet; True when it did. Demo mode only."""
    if not settings.DEMO or User.objects.exists():
        return False
    users = _staff(at - timedelta(days=380), at)
    for name, place, owner, days, code in PLACES:
        _event(name, place, users[owner], code, at - timedelta(days=days))
    _partners(users["chen"], users["zhao"], at)
    leading.name(person=users["chen"].pk, by=users["zhao"], at=at)
    with transaction.atomic():
        history.write(list(Event.objects.order_by("held_on")), users, people=people, at=at, rng=Random(20261124))
    return True


def _staff(since: datetime, at: datetime) -> dict[str, User]:
    team, secret = Team.objects.create(name="浦东一部"), password()
    users = {}
    for username, name, role in STAFF:
        users[username] = accounts.open_account(
            username=username, display_name=name, role=role, team=team, password=secret, by=BY, at=since
        )
        for kind in Pledge.Kind.values:
            accounts.sign_pledge(user=users[username], kind=kind, at=at - timedelta(days=30))
        TOTPDevice.objects.create(user=users[username], name="demo", confirmed=True)
    return users


def _partners(enters: User, approves: User, at: datetime) -> None:
    """One partner whose agreement stands, and one that waits for a second person."""
    day = partners.today(at)
    stands = Agreement(
        name="示范合作保险经纪有限公司",
        contact="partner@insurer.example",
        gives=True,
        takes=True,
        purposes=["phone_contact", "partner_share"],
        categories=["name", "mobile"],
        method="加密文件，逐人附单独同意编号",
        names_us=notices.current().content["zh"]["controller"]["name"],
        agreement="HZ-2026-01",
        agreed_on=day - timedelta(days=90),
        assessed_on=day - timedelta(days=95),
        valid_until=day + timedelta(days=275),
    )
    waits = replace(stands, name="示范财产保险有限公司", contact="privacy@property.example", agreement="HZ-2026-02")
    partners.approve(partner_id=partners.enter(stands, by=enters, at=at).pk, by=approves, at=at)
    partners.enter(replace(waits, purposes=["phone_contact"], takes=False), by=enters, at=at)


def _event(name: str, place: str, owner: User, code: str, at: datetime) -> Event:
    book = Book.objects.get(owner=owner)
    return events.create(name=name, place=place, held_on=at.date(), book=book, by=owner, at=at, code=code)
