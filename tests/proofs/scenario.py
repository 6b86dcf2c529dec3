"""The whole life of a thousand numbers, by every door, good input and bad."""

import io
import re

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from audit.trail import System
from contacts import dial, events, hold, importing, outcome, sweep, withdrawal
from contacts.intake import inviting, visiting
from contacts.models import CallAttempt, Contact, Phone, SheetImport
from tests import house
from tests.audit.sealed import seal_here
from tests.proofs import cast
from tests.proofs.stores import MARKERS
from tests.proofs.surfaces import Ask, post, send, words_of

HEADER = ["姓名", "手机", "同意电话联系", "备注"]


def live(world, count=1000):
    """Send so many markers through the house; returns every page anybody saw, but for one's own number on one's own reveal."""
    by_form, by_hand, by_book = MARKERS[:120], MARKERS[120:140], MARKERS[140:200]
    by_csv = MARKERS[200:count]
    pages = [*visitors(world, by_form), *notes(world, by_hand)]
    pages += sheet(world, "\n".join(",".join(row) for row in rows(by_csv)).encode("gb18030"), "m.csv")
    pages += sheet(world, workbook(by_book), f"{MARKERS[0]}.xlsx")
    pages += own_pages(by_form[1:40:4])
    pages += use(world, by_form)
    pages += leave(world)
    return pages


def visitors(world, numbers):
    """Forms through the page; half confirm, one mistypes the code, one sends rubbish around a number."""
    ticks, pages = [str(tick.pk) for tick in events.asked_by_form(world.event)["general"]], []
    path = f"/e/{world.event.code}/"
    for n, number in enumerate(numbers):
        browser, token = Client(), visiting.form_token()
        pages.append(
            words_of(browser.post(path, {"name": "王小诺", "number": number, "ticks": ticks, "token": token, "age": "adult"}))
        )
        sent = visiting.submission_of(world.event, token)
        screen = visiting.subject_phone_screen(sent.subject_id)
        confirm = f"{path}confirm/{token}/"
        if n % 10 == 0:
            browser.post(confirm, {"code": number})  # answered with the form as it was typed
            pages.append(words_of(browser.post(confirm, {"again": "1"})))
        elif n % 2:
            code = screen.split("验证码 ")[1][:6]
            pages.append(words_of(browser.post(confirm, {"code": code}, follow=True)))
    return pages


def own_pages(numbers):
    """People on their own page: a number where the code belongs, the page itself, a request, one thing stopped."""
    pages = []
    for number in numbers:
        browser = Client()
        screen = browser.post("/me/", {"number": number}, follow=True).content.decode().split('class="screen"')[1]
        asks = [("code/", {"code": number}), ("code/", {"code": re.search(r"\b[0-9]{6}\b", screen)[0]})]
        asks += [("ask/", {"kind": "access", "words": "?"}), ("stop/", {"only": "sms_info/sms"})]
        pages += [words_of(browser.post(f"/me/{path}", sent, follow=True)) for path, sent in asks]
        assert f"{number[:3]} **** {number[-4:]}" in pages[-1]  # they are in
        assert f"86{number}" in browser.get("/me/copy.json").content.decode()  # there is something to leak
    return pages


def notes(world, numbers):
    """Quick notes: half invited, and the last one twice."""
    browser, pages = cast.enter(world.li), []
    for n, number in enumerate([*numbers, numbers[-1]]):
        act = "invite" if n % 2 else "assert"
        sent = {"event": world.event.pk, "name": "周静", "number": number, "act": act}
        pages.append(words_of(browser.post("/contacts/new/", sent, follow=True)))
    return pages


def rows(numbers):
    """A sheet: agreed, silent, and unreadable rows."""
    marked = [["钱远", number, "是" if n % 3 else "", "x"] for n, number in enumerate(numbers)]
    return [HEADER, *marked, ["吴", f"{numbers[0]}A", "是", ""], ["郑", f"{numbers[1]}/{numbers[2]}", "是", numbers[3]]]


def workbook(numbers):
    """The same as xlsx."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows(numbers):
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def sheet(world, data, name):
    """Upload through the page, map, check, commit by the tasks' own deeds, look at every page of it."""
    browser, at = cast.enter(world.li), timezone.now()
    pages = [
        words_of(browser.post("/import/", {"given": "no", "event": world.event.pk, "file": SimpleUploadedFile(name, data)}))
    ]
    kept = SheetImport.objects.latest("uploaded_at")
    pages += [words_of(browser.get(f"/import/{kept.pk}/{tail}")) for tail in ("", "?columns=1")]
    mapping = {f"role_{role}": column for role, column in kept.mapping.items()}
    pages.append(words_of(browser.post(f"/import/{kept.pk}/", mapping | {"encoding": ""})))
    importing.check(kept.pk, at=at)
    pages.append(words_of(browser.post(f"/import/{kept.pk}/commit/")))
    importing.commit(kept.pk, at=at)
    pages += [words_of(browser.get(f"/import/{kept.pk}/{tail}")) for tail in ("", "errors/")]
    return pages


def use(world, numbers):
    """Search, reveal, call, outcome, invitation, withdrawal, and what is wrong with each."""
    browser, at = cast.enter(world.li), timezone.now()
    pages = [words_of(browser.post("/contacts/search/", {"q": q})) for q in (numbers[1], numbers[1][-4:], f"{numbers[2]}x")]
    ready = list(Contact.objects.filter(delete_rule="event_lead")[:6])
    for contact in ready[:3]:
        row = Phone.objects.get(contact=contact).pk
        answer = browser.post(f"/contacts/{contact.pk}/reveal/", {"phone": row, "action": "reveal_check"})
        assert f"{numbers[0][:3]} {numbers[0][3:7]}" in answer.content.decode()  # there is something to leak
        pages.append(words_of(browser.post(f"/contacts/{contact.pk}/reveal/", {"phone": row, "action": numbers[0]})))
    row = Phone.objects.get(contact=ready[3])
    dial.dial(contact=ready[3], phone_id=row.pk, in_book=True, by=world.li, at=house.NOON)
    outcome.note(attempt=CallAttempt.objects.latest("at"), outcome="refused", by=world.li, at=at)
    withdrawal.withdraw(subject=ready[4].pk, scope=None, method="spoken", reason="withdrawal", by=world.chen, at=at)
    asserted = Contact.objects.filter(delete_rule="asserted", source="sheet").first()
    inviting.invite(contact=asserted, link="/e/fair/", by=world.li, at=house.NOON)
    bad = [post("/contacts/new/", event=world.event.pk, name=n, number="1", act="x") for n in ("", "x" * 200)]
    asked = [Ask(path) for path in ("/", "/contacts/", "/calls/", "/import/", "/events/", f"/contacts/{ready[5].pk}/", "/x/")]
    return pages + [words_of(send(browser, ask)) for ask in [*asked, *bad, Ask(f"/contacts/?q={numbers[0]}")]]


def export_whole(world, at):
    """The trail as Sun takes it out."""
    job = cast.ready_export(world, at)
    return words_of(send(cast.enter(world.sun), post(f"/audit/export/{job.pk}/download/")))


def leave(world):
    """A hold, a sweep, and the trail's export."""
    at = timezone.now()
    held = Contact.objects.filter(delete_rule="asserted").first()
    hold.place(contact=held, case_ref="2026-9", reason="dispute", review_on=at.date(), by=world.chen, at=at)
    gone = sweep.run(by=System("sweep"), at=at + house.timedelta(days=8))
    assert gone.deleted > 100
    asks = {"chen": ["/retention/", "/holds/", "/suppression/"], "sun": ["/audit/"], "zhao": ["/", "/team/"]}
    pages = [words_of(cast.enter(getattr(world, name)).get(path)) for name, paths in asks.items() for path in paths]
    seal_here(at=at)
    return [*pages, export_whole(world, at)]
