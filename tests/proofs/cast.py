"""The world of the proofs: three people with a value in every field, and a browser for every role."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit import exporting, trail
from audit.export import EVERYTHING
from consent.drafting import drafts
from consent.models import Evidence, SmsMessage
from consent.requests import asking
from contacts import events, hold, importing, minors_looks, sweep
from contacts.intake import asserting
from contacts.intake.arriving import Draft
from contacts.models import Contact, Phone, RefusalDebt, SheetImport, SweepRun
from tests import house
from tests.audit.sealed import seal_here
from tests.contacts import sheetwork
from vault import phone, sealing

ROLES = {"li": "advisor", "wu": "lead", "chen": "compliance", "zhao": "admin", "sun": "auditor"}
BROWSER = "django.contrib.auth.backends.ModelBackend"
# Whom Li knows: number, middle and last four digits that stand nowhere else in the house.
FANG = SimpleNamespace(
    name="方若溪",
    company="澜岸精密铸造",
    title="首席炉前工长",
    wechat="ruoxi_fang_1988",
    email="ruoxi.fang@lan-an.example",
    note="周三下午在茶室谈过续作",
    mobile="13847290163",
    landline="02158376914",
    evidence="纸质授权书第七册之二",
)
# Whom only He knows, in another team: for Li and Wu this person is not there at all.
DUAN = SimpleNamespace(
    name="段铭川",
    company="拓野冷链",
    title="仓储总调度",
    wechat="duan_mc_0007",
    email="mc.duan@tuoye.example",
    note="只在清晨接电话",
    mobile="15926384705",
    landline="02066493128",
    evidence="录音第十九段",
)


def enter(user, *, verified=True):
    """A browser in which this user has signed in, with the second factor unless told otherwise."""
    client = Client()
    client.force_login(user, backend=BROWSER)
    if verified:
        device, _made = TOTPDevice.objects.get_or_create(user=user, name="t", defaults={"confirmed": True})
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
    return client


def bring(event, who, *, by, at):
    """Note a person with every field, then let them confirm on their own phone; returns contact and receipt."""
    numbers = (phone.normalise(who.mobile), phone.normalise(who.landline))
    texts = {name: getattr(who, name) for name in ("company", "title", "wechat", "email", "note")}
    draft = Draft(name=who.name, numbers=numbers, **texts)
    ticks = {draft.subject: [row.tick for row in event.ticks.select_related("tick")]}
    asserting.many([draft], ticks=ticks, kind="assertion", event=event, source="quick", by=by, at=at)
    _sent, receipt = house.arrive(event, who.mobile, name=who.name, at=at + timedelta(minutes=1))
    with transaction.atomic():
        trail.record("contact.changed", by=by, at=at, subject=draft.subject)
        row = Evidence(subject_id=draft.subject, kind="mark", digest="0" * 64, created_at=at)
        row.detail = sealing.seal_text(who.evidence, field_id="consent.evidence.detail", row=row.pk, owner=draft.subject)
        row.save(force_insert=True)
    return Contact.objects.get(pk=draft.subject), receipt


def sheet_of(who):
    """A sheet with this person in its first row, as bytes."""
    header = ["姓名", "手机", "座机", "公司", "职务", "微信", "邮箱", "备注", "同意电话联系", "其他"]
    cells = [who.name, who.mobile, who.landline, who.company, who.title, who.wechat, who.email, who.note, "是", who.mobile]
    return "\n".join(",".join(row) for row in (header, cells)).encode()


def ready_export(world, at):
    """Sun asked for the whole trail, Chen let it out, and it is written."""
    job = exporting.ask(criteria=EVERYTHING, purpose="audit", case_ref="", by=world.sun, at=at)
    exporting.decide(job_id=job.pk, query_hash=job.query_hash, yes=True, by=world.chen, at=at)
    assert exporting.work(at=at) == 1
    return job


def build(*, hired=None):
    """The house with Fang and Duan in it, a sheet of Li's and one of Wu's, a hold, a sweep, and every browser."""
    now = timezone.now()
    world = house.build(at=hired or now - timedelta(hours=3))
    met = now - timedelta(hours=2)
    world.fang, receipt = bring(world.event, FANG, by=world.li, at=met)
    world.duan, _receipt = bring(world.far, DUAN, by=world.he, at=met)
    world.stop = receipt.stop_token
    world.phones = {row.kind: row for row in Phone.objects.filter(contact=world.fang)}
    events.set_staff(event=world.event, staff=[world.wu], by=world.li, at=met)
    world.sheets = {user: _sheets(world, user, met) for user in (world.li, world.wu)}
    hold.place(contact=world.fang, case_ref="2026-7", reason="dispute", review_on=now.date(), by=world.chen, at=now)
    sweep.run(by=trail.System("sweep"), at=now - timedelta(hours=1))
    world.sweep = SweepRun.objects.latest("started_at")
    minors_looks.decide(
        look_id=minors_looks.ask(reason="minors_audit", by=world.chen, at=now).pk, yes=True, by=world.zhao, at=now
    )
    seal_here(at=now)
    world.export = ready_export(world, now)
    began, month = now.date() - timedelta(days=2), timedelta(days=30)
    world.partner = sheetwork.standing(world, at=now, agreed_on=began, assessed_on=began, valid_until=began + month)
    world.draft = drafts.start(code="event", by=world.chen, at=now)
    world.request = asking.ask(
        subject=world.fang.pk, kind="correction", words="a word is wrong", road="letter", by=world.chen, at=now
    )
    for contact in (world.fang, world.duan):  # as if what they were sent had come after a no
        sent = SmsMessage.objects.filter(subject=contact.pk).first()
        RefusalDebt.objects.create(attempt=sent.pk, kind="sms", subject_id=contact.pk, refused_at=met, at=now)
    world.browsers = browsers(world)
    return world


def browsers(world):
    """A browser for every role, and one in which nobody is signed in."""
    return {role: enter(getattr(world, name)) for name, role in ROLES.items()} | {"anonymous": Client()}


def _sheets(world, user, at):
    """One sheet still waiting for its columns, one already judged."""
    waiting, judged = (
        importing.upload(data=sheet_of(FANG), name="fang.csv", event=world.event, by=user, at=at) for _n in range(2)
    )
    importing.remap(sheet=judged, roles=judged.mapping, encoding="", by=user, at=at)
    importing.check(judged.pk, at=at)
    return SheetImport.objects.get(pk=waiting.pk), SheetImport.objects.get(pk=judged.pk)
