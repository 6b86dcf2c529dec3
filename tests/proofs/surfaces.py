"""Every address of the site: what can be asked of it, or why it shows no person."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audit.models import Entry
from consent.models import Decision
from contacts import certificates
from tests.proofs.cast import DUAN, FANG


@dataclass(frozen=True)
class Ask:
    """One request to one surface."""

    path: str
    data: dict[str, object] | None = None
    method: str = "get"
    headers: dict[str, str] = field(default_factory=dict)


def post(path, **data):
    return Ask(path, data, "post")


def addresses() -> Iterator[str]:
    """Every address of the URL conf, by its name, or by its route where it has none."""

    def walk(resolver: URLResolver, before: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            route = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, route)
            elif isinstance(entry, URLPattern):
                yield entry.name or route

    yield from walk(get_resolver(), "")


# Addresses at which no person can appear, each with the reason.
QUIET = {
    "healthz": "answers with one word",
    "healthz/": "the same",
    "readyz": "answers with one word",
    "readyz/": "the same",
    "favicon": "leads to the mark",
    "theme": "sets a cookie of one word and goes back",
    "set_language": "sets a cookie and goes back",
    "sign_out": "ends the session and goes home",
    "demo_sign_in": "opens a session and goes home",
    "second_factor": "the user's own second factor",
    "second_factor_set_up": "the user's own second factor",
    "second_factor_codes": "the user's own second factor",
    "password": "the user's own password",
    "end_sessions": "ends the user's own sessions and goes back",
    "device_prepare": "makes a device, signs out and goes to its page, which names nobody; see tests/contacts/test_offline.py",
    "device_revoke": "revokes a device and goes back to the list of them",
    "kiosk": "a published text and an empty form",
    "kiosk_worker": "a script, the same for everybody",
    "hand_in": "hears a device alone, and tells it outcomes; see tests/contacts/test_offline.py",
    "own_stop": "without a code it leads to the door; with one, tests/contacts/test_own_page.py",
    "own_agree": "the same",
    "own_ask": "the same",
    "own_window": "the same",
    "own_after": "the same; what it keeps, tests/contacts/test_after_a_death.py",
    "own_refer": "the same; what it shows, tests/contacts/test_referrals.py",
    "referral": "an event's form behind a link; what it tells of whom, tests/contacts/test_referrals.py",
    "own_copy": "the same",
    "own_copy_file": "the same",
    "own_receipt": "the same",
    "own_receipt_pdf": "the same",
    "own_leave": "the same",
    "own_again": "ends a visit and goes back to the door",
    "change_user": "changes an account and goes back to it",
    "notice_current": "a published text, the same for everybody",
    "paper": "a picture; who may open it is told in tests/contacts/test_papers.py",
    "recording": "a sound; who may hear it is told in tests/contacts/test_speech.py",
    "sms_inbound": "hears the gateway alone and answers with nothing",
    "sms_report": "the same",
    "receipt_key": "a public key, the same for everybody",
    "notice": "a published text, the same for everybody",
    "notice_changes": "what two published texts differ in, the same for everybody",
    "notice_kept": "a published text as it was kept, the same for everybody",
    "notice_form": "a published text to print, the same for everybody",
    "notice_start": "begins a draft, which names nobody, and goes to it",
    "notice_propose": "proposes a draft and goes back to it",
    "notice_back": "sends a draft back and goes to it",
    "canary_seen": "notes that somebody looked and goes back",
    "law": "statutes, the same for everybody",
    "minors_rules": "rules for people under age, the same for everybody",
    "decide_minors": "decides about a look at the list of minors and goes back to where it is asked for",
    "forget_view": "drops a view and goes back to the list",
    "close_event": "closes an event and goes back to its page",
    "reopen_event": "opens an event again and goes back to its page",
    "audit_entry_take_out": "asks or decides about an entry's content and goes back to it",
    "audit_export_decide": "decides about an export and goes back to it",
    "audit_export_cancel": "takes an export back and goes back to it",
    "recall_answer": "the same words for every code; see tests/contacts/test_recalls.py",
    "approve_hold": "approves a hold and goes back to the list of holds",
    "renew_hold": "sets a review and goes back to the list of holds",
    "ask_to_lift_hold": "asks to lift a hold and goes back to the list of holds",
    "approve_sweep": "approves a sweep and goes back to it",
    "pause_sweep": "pauses a sweep and goes back to it",
    "go_on_sweep": "lets a sweep go on and goes back to it",
    "lift_hold": "lifts a hold and goes back to the list of holds",
    "outcome": "notes an outcome and goes back to the person",
    "import_go": "starts a job and goes back to the sheet",
    "retention_days": "proposes a number of days and goes back to the rules",
    "decide_rule": "decides about a proposed rule and goes back to the rules",
}


def surfaces(world) -> dict[str, list[Ask]]:
    """What can be asked at every other address, reads and refusals first."""
    return _people(world) | _ways_in(world) | _leaving(world) | _office(world)


def _people(world):
    """Those we know, and what is done with their numbers."""
    fang, duan = f"/contacts/{world.fang.pk}", f"/contacts/{world.duan.pk}"
    mobile, event = world.phones["mobile"].pk, world.event.pk
    searches = [
        word
        for who in (FANG, DUAN)
        for word in (
            who.mobile, f"+86 {who.mobile}", who.mobile[-4:], who.landline, who.landline[-4:], who.mobile[3:7], who.name,
            who.name[0], who.name[1:], who.company, who.wechat, who.email, "%", who.mobile[:7],
        )
    ]  # fmt: skip
    return {
        "home": [Ask("/")],
        "contacts": [Ask(f"/contacts/{query}") for query in _filters(world)],
        "search": [Ask("/contacts/search/"), *(post("/contacts/search/", q=word) for word in searches)],
        "save_view": [
            post("/contacts/views/", name="v", query="source=quick"),
            post("/contacts/views/", name="v", query=f"number={FANG.mobile[:4]}"),
        ],
        "contact": [Ask(f"{fang}/"), Ask(f"{duan}/")],
        "reveal": [
            Ask(f"{fang}/reveal/"),
            Ask(f"{duan}/reveal/"),
            post(f"{fang}/reveal/", phone=mobile, action="because"),
            post(f"{fang}/reveal/", phone=world.duan.pk, action="reveal_check"),
            post(f"{duan}/reveal/", phone=mobile, action="reveal_check"),
        ],
        "call": [post(f"{fang}/call/{world.duan.pk}/"), post(f"{duan}/call/{mobile}/"), post(f"{fang}/call/{mobile}/")],
        "service_call": [
            post(f"{fang}/service-call/{world.duan.pk}/"),
            post(f"{duan}/service-call/{mobile}/"),
            post(f"{fang}/service-call/{mobile}/"),
        ],
        "withdraw": [Ask(f"{fang}/withdraw/"), post(f"{fang}/withdraw/", method="x"), Ask(f"{duan}/withdraw/")],
        "sign": [Ask(f"{fang}/sign/"), Ask(f"{duan}/sign/"), post(f"{duan}/sign/")],
        "signing": [Ask("/sign/"), post("/sign/", strokes=FANG.mobile)],
        "signing_back": [post("/sign/back/")],
        "papers": [Ask(f"{fang}/papers/"), Ask(f"{duan}/papers/"), post(f"{fang}/papers/", file="x")],
        "refer": [
            Ask(f"{fang}/refer/"),
            Ask(f"{duan}/refer/"),
            post(f"{fang}/refer/", number=FANG.mobile),
            post(f"{duan}/refer/", act="x"),
        ],
        "age": [Ask(f"{fang}/age/"), Ask(f"{duan}/age/"), post(f"{fang}/age/", age=FANG.mobile), post(f"{duan}/age/", age="x")],
        "guardian": [post(f"{fang}/guardian/", name="x"), post(f"{duan}/guardian/", until="x")],
        "minors": [Ask("/minors/"), post("/minors/", reason=FANG.mobile), post("/minors/", reason="minors_audit")],
        "minors_listed": [Ask("/minors/list/")],
        "speech": [Ask(f"{fang}/speech/"), Ask(f"{duan}/speech/"), post(f"{fang}/speech/", file="x", spoken_at=FANG.mobile)],
        "calls": [Ask("/calls/")],
        "invite": [post(f"{fang}/invite/"), post(f"{duan}/invite/")],
        "quick": [
            Ask("/contacts/new/"),
            post("/contacts/new/", event=event, name="", number="1", act="assert"),
            post("/contacts/new/", event=event, name="x", number=FANG.mobile, act="assert"),
        ],
    }


def _ways_in(world):
    """Events, visitors and sheets."""
    event = world.event.pk
    return {
        "events": [Ask("/events/")],
        "new_event": [Ask("/events/new/"), post("/events/new/", name="")],
        "event": [Ask(f"/events/{event}/"), Ask(f"/events/{world.far.pk}/")],
        "edit_event": [Ask(f"/events/{event}/edit/"), Ask(f"/events/{world.far.pk}/edit/")],
        "devices": [Ask(f"/events/{event}/devices/"), Ask(f"/events/{world.far.pk}/devices/")],
        "poster": [Ask(f"/events/{event}/poster/"), Ask(f"/events/{world.far.pk}/poster/")],
        "visitor_form": [Ask(f"/e/{world.event.code}/"), post(f"/e/{world.event.code}/", name="", number="1")],
        "visitor_confirm": [Ask(f"/e/{world.event.code}/confirm/guess/")],
        "visitor_separately": [
            Ask(f"/e/{world.event.code}/separately/guess/{world.stop}/"),
            post(f"/e/{world.event.code}/separately/guess/guess/", tick=FANG.mobile),
        ],
        "receipt": [Ask(f"/w/{world.stop}/receipt-iso.json"), Ask("/w/guess/receipt-kantara.json")],
        "receipt_pdf": [Ask(f"/w/{world.stop}/receipt.pdf"), Ask("/w/guess/receipt.pdf")],
        "receipt_check": [Ask("/receipt/check/"), post("/receipt/check/", text=FANG.mobile)],
        "complaints": [
            Ask("/complaints/"),
            post("/complaints/", topic="other", reply="page", words=""),
            post("/complaints/", topic=FANG.mobile),
        ],
        "complaint": [Ask(f"/complaints/{'a' * 24}/")],
        "stop": [Ask(f"/w/{world.stop}/"), Ask("/w/guess/")],
        "own": [Ask("/me/"), post("/me/", number=FANG.mobile), Ask("/me/"), post("/me/", number="12")],
        "own_code": [post("/me/code/", code="000000"), post("/me/code/", code=FANG.mobile)],
        "imports": [Ask("/import/"), post("/import/", event=event), post("/import/", given="no", event=event)],
        "import": [
            ask
            for sheets in world.sheets.values()
            for sheet in sheets
            for ask in (
                Ask(f"/import/{sheet.pk}/"),
                Ask(f"/import/{sheet.pk}/?columns=1"),
                Ask(f"/import/{sheet.pk}/?columns=1", headers={"accept-language": "en"}),
                post(f"/import/{sheet.pk}/", role_name="9", role_mobile="9", encoding=""),
            )
        ],
        "import_progress": [Ask(f"/import/{sheet.pk}/progress/") for sheets in world.sheets.values() for sheet in sheets],
        "import_errors": [Ask(f"/import/{sheet.pk}/errors/") for sheets in world.sheets.values() for sheet in sheets],
    }


def _leaving(world):
    """Retention, sweeps, holds and certificates."""
    return {
        "retention": [Ask(f"/retention/?window={window}") for window in ("tonight", "week", "month", "mobile")],
        "sweep": [Ask(f"/retention/sweeps/{world.sweep.pk}/")],
        "sweep_progress": [Ask(f"/retention/sweeps/{world.sweep.pk}/progress/")],
        "look_ahead": [post("/retention/tonight/")],
        "certificate": [Ask(f"/certificate/{certificates.code_of(world.sweep)}/")],
        "certificate_proof": [Ask(f"/certificate/{certificates.code_of(world.sweep)}/proof/")],
        "certificate_program": [Ask("/certificate/check/")],
        "holds": [Ask("/holds/")],
        "keys": [Ask("/keys/")],
        "place_hold": [Ask(f"/contacts/{world.fang.pk}/hold/"), post(f"/contacts/{world.fang.pk}/hold/", case_ref="")],
        "retention_rules": [Ask("/retention/rules/")],
        "client": [Ask(f"/contacts/{world.fang.pk}/client/"), post(f"/contacts/{world.fang.pk}/client/", client_since="x")],
        "postpone": [Ask(f"/contacts/{world.fang.pk}/postpone/"), post(f"/contacts/{world.fang.pk}/postpone/", days="")],
    }


def _office(world):
    """Refusals, the trail, the team, and what is nowhere."""
    return {
        "suppression": [Ask("/suppression/"), post("/suppression/", number="1")],
        "suppression_lookup": [Ask("/suppression/number/"), post("/suppression/number/", number=FANG.mobile)],
        "list_lead": [Ask("/suppression/lead/"), post("/suppression/lead/", person=FANG.mobile)],
        "decision": [Ask(f"/decisions/{pk}/") for pk in Decision.objects.values_list("pk", flat=True)[:3]],
        "audit": [Ask("/audit/"), Ask(f"/audit/?subject={world.fang.pk}"), Ask("/audit/?act=nothing")],
        "audit_days": [Ask("/audit/days/"), Ask(f"/audit/days/?subject={world.fang.pk}")],
        "audit_checkpoint": [Ask("/audit/checkpoint/")],
        "audit_entry": [Ask(f"/audit/entries/{eid}/") for eid in Entry.objects.values_list("eid", flat=True)[:3]],
        "audit_entry_proof": [Ask(f"/audit/entries/{eid}/proof/") for eid in Entry.objects.values_list("eid", flat=True)[:3]],
        "audit_export": [Ask("/audit/export/"), post("/audit/export/", purpose="audit")],
        "audit_export_job": [Ask(f"/audit/export/{world.export.pk}/")],
        "audit_export_progress": [Ask(f"/audit/export/{world.export.pk}/progress/")],
        "audit_export_download": [post(f"/audit/export/{world.export.pk}/download/")],
        "team": [Ask("/team/"), post("/team/", username="")],
        "books": [Ask("/team/books/")],
        "hand_over": [Ask(f"/team/books/{row.book_id}/") for row in (world.event, world.far)],
        "user": [Ask(f"/team/{world.li.pk}/")],
        "matrix": [Ask("/team/matrix/"), post("/team/matrix/", field="contacts.mobile", role="lead", level="5", reason="")],
        "account": [Ask("/account/")],
        "defence": [Ask("/defence/"), post("/defence/", number=FANG.mobile), post("/defence/", number="1")],
        "defence_take": [post(f"/defence/{world.fang.pk}/"), post(f"/defence/{world.export.pk}/")],
        "notices": [Ask("/notices/")],
        "exceptions": [Ask("/notices/exceptions/")],
        "enter_exception": [Ask("/notices/exceptions/new/"), post("/notices/exceptions/new/", about=FANG.mobile)],
        "decide_exception": [post(f"/notices/exceptions/{world.fang.pk}/decide/", answer="yes")],
        "tell_exception": [post(f"/notices/exceptions/{world.fang.pk}/told/", how=FANG.mobile)],
        "notice_draft": [Ask(f"/notices/{world.draft.pk}/"), post(f"/notices/{world.draft.pk}/", zh_title=FANG.mobile)],
        "notice_preview": [post(f"/notices/{world.draft.pk}/preview/", zh_title=FANG.mobile)],
        "notice_publish": [post(f"/notices/{world.draft.pk}/publish/", materiality="x")],
        "debts": [Ask("/debts/")],
        "take_debt": [post(f"/debts/{world.fang.pk}/take/")],
        "close_debt": [post(f"/debts/{world.fang.pk}/close/", finding=FANG.mobile)],
        "canaries": [Ask("/canaries/"), post("/canaries/", event="x", name="", number="1")],
        "partners": [Ask("/partners/")],
        "enter_partner": [Ask("/partners/new/"), post("/partners/new/", name=FANG.mobile)],
        "partner": [Ask(f"/partners/{world.partner.pk}/"), Ask(f"/partners/{world.fang.pk}/")],
        "approve_partner": [post(f"/partners/{world.fang.pk}/approve/")],
        "end_partner": [post(f"/partners/{world.fang.pk}/end/")],
        "recall": [
            Ask(f"/partners/withdrawals/{world.fang.pk}/"),
            post(f"/partners/withdrawals/{world.fang.pk}/", way=FANG.mobile),
        ],
        "close_case": [post(f"/partners/cases/{world.fang.pk}/", finding="x")],
        "receipts_in": [Ask("/receipts/"), post("/receipts/", event="x", receipt=FANG.mobile)],
        "coverage": [Ask("/coverage/")],
        "review": [Ask("/review/"), Ask(f"/review/?after={world.fang.pk}"), Ask("/review/?after=x")],
        "review_decide": [post(f"/review/{world.fang.pk}/", verdict="x"), post(f"/review/{world.fang.pk}/", seen=FANG.mobile)],
        "requests": [Ask("/requests/")],
        "request": [Ask(f"/requests/{world.request.pk}/")],
        "answer_request": [post(f"/requests/{world.request.pk}/answer/")],
        "grant_relative": [
            post(f"/requests/{world.request.pk}/relative/", **{"a-words": FANG.mobile}),
            post(f"/requests/{world.fang.pk}/relative/"),
        ],
        "refuse_request": [post(f"/requests/{world.request.pk}/refuse/", **{"r-words": "x"})],
        "correct_request": [post(f"/requests/{world.request.pk}/correct/", name="\u0000")],
        "take_request": [
            Ask(f"/contacts/{world.fang.pk}/request/"),
            post(f"/contacts/{world.fang.pk}/request/", kind="x"),
            Ask(f"/contacts/{world.duan.pk}/request/"),
        ],
        "sign_in": [Ask("/sign-in/"), post("/sign-in/", username="li", password="x")],
        "run_sweep": [post("/retention/sweep/")],
        "unknown": [
            Ask("/no-such-page/"),
            Ask(f"/contacts/?q={FANG.mobile}"),
            Ask(f"/contacts/{world.fang.pk}/reveal"),
            Ask("/contacts/1/"),
        ],
    }


def _filters(world):
    place = f"{timezone.now():%Y%m%dT%H%M%S.%f}_{world.fang.pk}"
    asked = ["state=given", "leaving=30", "source=quick", f"event={world.event.pk}", f"before={place}", "state=no", "o=number"]
    asked += ["before=x", "mobile__startswith=138", f"event={world.far.pk}", "leaving=7"]
    return ["", *(f"?{query}" for query in asked)]


def reveals(world) -> list[Ask]:
    """The one surface where a whole number may stand: the answer to a reveal of one's own."""
    path = f"/contacts/{world.fang.pk}/reveal/"
    return [post(path, phone=row.pk, action="reveal_check") for row in world.phones.values()]


def send(browser, ask: Ask) -> HttpResponseBase:
    """Send it and follow where it leads, as a browser does."""
    return getattr(browser, ask.method)(ask.path, ask.data, follow=True, headers=ask.headers)


def words_of(answer) -> str:
    """All that an answer says: status, headers, cookies, body, and the members of a zip."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    parts = [body]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    lines = [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [morsel.OutputString() for morsel in answer.cookies.values()]
    lines += [url for url, _status in getattr(answer, "redirect_chain", [])]
    return "\n".join([str(answer.status_code), *lines, *(part.decode("utf-8", "replace") for part in parts)])
