"""The visitor's own phone: form, code, receipt, and the link that stops everything."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.trail import Self_, System
from consent import capture, challenge, notices, stop_link
from consent.challenge import ChallengeRefused
from consent.models import Consent, Handle
from consent.receipts import pdf, record, signed
from consent.views import words_of
from contacts import asking_later, continuing, events, nights, referring, withdrawal
from contacts.forms.intake import LaterForm, VisitorForm
from contacts.intake import separately, visiting, waiting
from contacts.models import Contact, Event, Referral, Submission
from team.doors import client_of, not_understood, public_door, too_many
from vault.errors import KeyringRefused

CROWD = (120, 60)
PDF = "/pdf"  # what no address of the signed forms can spell
SENTENCES = {
    "expired": gettext_lazy("This code is too old. Ask for a new one."),
    "spent": gettext_lazy("Too many tries. Ask for a new code."),
    "used": gettext_lazy("This code has been used."),
    "overtaken": gettext_lazy(
        "Your refusal reached us after this form, so it stands. To change your mind, fill in the form anew."
    ),
}


def _event(code: str) -> Event:
    rows = Event.objects.select_related("notice_version__notice", "book")
    event = rows.filter(code=code).first()
    if event is None:
        raise Http404
    return event


@public_door(rate=CROWD)
@require_http_methods(["GET", "POST"])
def event_form(request: HttpRequest, code: str) -> HttpResponse:
    """The form behind the QR code: nothing is ticked beforehand, nothing else is asked (A4, C7)."""
    return form_page(request, _event(code), None)


def form_page(request: HttpRequest, event: Event, referral: Referral | None) -> HttpResponse:
    """The form of an event, met there or behind a link that somebody passed on; the number typed is one's own (C7, C9)."""
    asked = events.asked_by_form(event)
    initial = {"token": visiting.form_token()}
    form = VisitorForm(request.POST if request.method == "POST" else None, ticks=asked["general"], initial=initial)
    capture.note_unasked(form, by=System("visitor"), at=timezone.now())
    if form.says_minor:
        waiting.void(visiting.submission_of(event, str(form.data.get("token", ""))), at=timezone.now())
        return render(request, "contacts/visitor/minor.html", {"event": event})
    sent = event.closed_at is None and form.is_bound and form.is_valid()
    if sent and (answer := _submit(request, event, form, referral)):
        return answer
    words = words_of(event.notice_version)
    book = events.book_of_link(event, request.GET.get("book", ""))
    here = request.path if book == event.book_id else f"{request.path}?book={book}"
    context = {"event": event, "form": form, "words": words, "asked": asked, "here": here, "referral": referral}
    context["surname"] = referring.surname(referral) if referral else ""
    context["words_language"] = "en" if (get_language() or "").startswith("en") else "zh"
    return render(request, "contacts/visitor/form.html", context, status=400 if form.is_bound else 200)


def _submit(request: HttpRequest, event: Event, form: VisitorForm, referral: Referral | None) -> HttpResponse | None:
    """Take the form in; None for one that was changed after it was sent, which says so and is sent once more."""
    data, at = form.cleaned_data, timezone.now()
    try:
        visiting.submit(
            event=event,
            book=referring.book_of(referral) if referral else events.book_of_link(event, request.GET.get("book", "")),
            referral=referral,
            name=data["name"],
            number=data["number"],
            ticks=form.chosen(),
            language=get_language() or "zh-hans",
            token=data["token"],
            age=data["age"],
            at=at,
        )
    except waiting.FormChanged:
        form.put("token", visiting.form_token())
        form.add_error(
            None, _("You changed this form after it was sent, so the first one counts no more. Please send it once more.")
        )
        return None
    except visiting.NothingTicked:
        return render(request, "contacts/visitor/nothing.html", {"event": event})
    except ChallengeRefused as refused:
        return too_many(request, refused.wait)
    for remark in form.remarks:
        messages.info(request, str(remark))
    return redirect("visitor_confirm", event.code, data["token"])


@public_door(rate=CROWD)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """The code from the text message makes the consent count (C6)."""
    event = _event(code)
    submission = visiting.submission_of(event, token)
    if submission is None:
        raise Http404
    form = LaterForm(request.POST if request.method == "POST" else None)
    try:
        if request.POST.get("again"):
            visiting.send_again(submission, language=get_language() or "zh-hans", at=timezone.now())
            return redirect("visitor_confirm", code, token)
        if form.is_bound and form.is_valid():
            decided, tried = _put_off if "later" in request.POST else _agree, _tried(request, submission)
            challenge.admit_try(**tried)
            if answer := decided(request, submission, form, token):
                return answer
            challenge.note_wrong(**tried)
            form.add_error("code", _("This code is wrong."))
    except ChallengeRefused as refused:
        if refused.wait:
            return too_many(request, refused.wait)
        form.add_error(None, str(SENTENCES[refused.code]))
    return _confirm_page(request, event, submission, form)


def _tried(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    """Whose codes are tried, and by whom: what the brake counts."""
    found = Handle.objects.filter(subject=submission.subject_id).values_list("fingerprint", flat=True)
    marks = [bytes(mark) for mark in found]
    return {"marks": marks, "client": client_of(request), "door": "otp", "at": timezone.now()}


def _after_code(submission: Submission, token: str, stop: str) -> HttpResponse:
    """What is agreed to separately comes next, on its own page; then the receipt."""
    if separately.asked(submission, at=timezone.now()):
        return redirect("visitor_separately", submission.event.code, token, stop)
    return redirect(f"{reverse('stop', args=[stop])}?new=1")


@public_door(rate=CROWD)
@require_http_methods(["GET", "POST"])
def one_by_one(request: HttpRequest, code: str, token: str, stop: str) -> HttpResponse:
    """A button for each question: what asks for a step of its own is agreed to here, or not at all (C2)."""
    submission = visiting.submission_of(_event(code), token)
    if submission is None or stop_link.find(stop) != submission.subject_id:
        raise Http404
    at = timezone.now()
    asked = separately.asked(submission, at=at)
    chosen = next((tick for tick in asked if str(tick.pk) == request.POST.get("tick", "")), None)
    if request.method == "POST" and chosen is not None:
        if not separately.agree(submission, chosen.pk, language=get_language() or "zh-hans", at=at):
            messages.error(request, _("This is not asked any more, or you refused meanwhile. Nothing was changed."))
            return redirect("stop", stop)
        return redirect(request.path)
    if not asked or request.method == "POST":
        return redirect(f"{reverse('stop', args=[stop])}?new=1")
    language = "en" if (get_language() or "").startswith("en") else "zh"
    told = [(tick, notices.recipient(tick, language=language)) for tick in asked]
    context = {"event": submission.event, "asked": told, "stop": stop}
    return render(request, "contacts/visitor/separately.html", context)


def _agree(request: HttpRequest, submission: Submission, form: LaterForm, token: str) -> HttpResponse | None:
    code, language = form.cleaned_data["code"], get_language() or "zh-hans"
    receipt = visiting.confirm(submission=submission, code=code, language=language, at=timezone.now())
    return _after_code(submission, token, receipt.stop_token) if receipt else None


def _put_off(request: HttpRequest, submission: Submission, form: LaterForm, token: str) -> HttpResponse | None:
    """Nothing is agreed; the page says what happens now, and when everything leaves."""
    at, language = timezone.now(), get_language() or "zh-hans"
    ask_on = asking_later.moment(form.cleaned_data["ask_in"], at=at)
    told = {"submission": submission, "code": form.cleaned_data["code"], "ask_on": ask_on}
    if not visiting.put_off(**told, language=language, at=at):
        return None
    due = Contact.objects.values_list("delete_on", flat=True).get(pk=submission.subject_id)
    return render(request, "contacts/visitor/later.html", {"ask_on": ask_on, "leaves": nights.leaving(due, at=at)})


def _confirm_page(request: HttpRequest, event: Event, submission: Submission, form: LaterForm) -> HttpResponse:
    screen = visiting.subject_phone_screen(submission.subject_id) if settings.DEMO else ""
    context = {"event": event, "form": form, "screen": screen, "sent": submission.challenge_id is not None}
    return render(request, "contacts/visitor/confirm.html", context, status=400 if form.is_bound else 200)


@public_door(rate=CROWD)
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Receipt and stop button in one: what was agreed, until when, and one tap to end it (D1)."""
    subject = stop_link.find(token)
    if subject is None:
        return render(request, "contacts/visitor/gone.html", status=404)
    if request.method == "POST":
        known = Consent.objects.filter(subject_id=subject).values_list("purpose_id", "channel")
        only = {f"{purpose}/{channel}": {(purpose, channel)} for purpose, channel in known}.get(request.POST.get("only", ""))
        if "only" in request.POST and only is None:
            return not_understood(request, _("Please choose one of your consents. Nothing was changed."))
        _withdraw(subject, only)
        return redirect("stop", token)
    rows = Consent.objects.filter(subject_id=subject).select_related("purpose", "notice_version__notice")
    consents = list(rows.order_by("purpose_id"))
    live = [row for row in consents if row.state in ("given", "renewed")]
    context = {
        "consents": consents,
        "agreed": notices.agreed(consents),
        "live": live,
        "new": request.GET.get("new") == "1",
        "address": request.build_absolute_uri(request.path),
        "token": token,
    }
    return render(request, "contacts/visitor/receipt.html", context | _after_a_no(subject, consents))


def _after_a_no(subject: UUID, consents: list[Consent]) -> dict[str, object]:
    """What went with what was stopped, and what goes on upon another basis (D6)."""
    people = list(Contact.objects.filter(pk=subject))
    return {
        "continues": continuing.of(people, at=timezone.now()).get(subject, []),
        "spared": any(row.state == "withdrawn" for row in consents),
    }


@public_door(rate=CROWD)
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The same receipt for other programs, iso (ISO/IEC TS 27560 as JSON-LD) or kantara, signed; or pdf, to print (C13)."""
    subject = stop_link.find(token)
    if subject is None or form not in (*signed.FORMS, PDF):
        raise Http404
    return receipt_file(request, subject, form, stop=request.build_absolute_uri(reverse("stop", args=[token])))


def receipt_file(request: HttpRequest, subject: UUID, form: str, *, stop: str) -> HttpResponse:
    """The receipt of one record as a file; 404 where nothing was ever asked, 503 without our key where it is signed."""
    english = (get_language() or "").startswith("en")
    try:
        told = record.of(subject, language="en" if english else "zh-Hans", site=request.build_absolute_uri("/"))
        body = pdf.write(told, stop=stop) if form == PDF else signed.document(told, form)
    except record.NothingToShow:
        raise Http404 from None
    except KeyringRefused:
        return HttpResponse(status=503)
    kind, name = ("application/pdf", ".pdf") if form == PDF else ("application/json; charset=utf-8", f"-{form}.json")
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="receipt-{told.receipt_id[:8]}{name}"'
    return answer


def _withdraw(subject: UUID, scope: set[tuple[str, str]] | None) -> None:
    """One tap ends everything, or the one consent whose button it was."""
    withdrawal.withdraw(subject=subject, scope=scope, method="link", reason="withdrawal", by=Self_(subject), at=timezone.now())
