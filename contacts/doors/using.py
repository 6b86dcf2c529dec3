"""Using a number: reveal it for a reason, call without seeing it, note what came of it, stop everything."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import gate, reasons, services, states
from consent.models import Consent
from consent.speech.decoding import Speech
from contacts import calling, cards, continuing, dial, looking, outcome, person_page, reveal, visibility, withdrawal
from contacts.cards import Card
from contacts.doors import returning
from contacts.forms.people import OutcomeForm, RevealForm, WithdrawForm
from contacts.models import CallAttempt, Contact, Phone
from team.doors import StaffRequest, door

USERS = ("advisor", "lead")
AGAIN: dict[str, Promise] = {
    "no_day": gettext_lazy("On which day? Tomorrow at the earliest, within half a year."),
    "no_later": gettext_lazy(
        "Nobody may call this person any more, so no call can be promised. Please choose what came of this one."
    ),
}
WATCHERS = ("advisor", "lead", "compliance")
LETTER = gettext_lazy("The letter could not be kept just now. Please keep the paper, and send it here once more later.")
RECORDING = gettext_lazy("The recording could not be kept just now. Please keep the file, and send it here once more later.")


@door(roles=USERS, second_factor=True)
@require_http_methods(["GET", "POST"])
def reveal_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason, then show the number for sixty seconds."""
    at = timezone.now()
    form = RevealForm(request.POST if request.method == "POST" else None, initial={"phone": request.GET.get("phone")})
    if form.is_bound and form.is_valid():
        return _answer_reveal(request, visibility.phone(request.user, pk, form.cleaned_data["phone"]), form, at=at)
    card = looking.at_one(visibility.one(request.user, pk), by=request.user, at=at)
    form.initial["phone"] = form.initial["phone"] or (card.phones[0].pk if card.phones else None)
    status = 400 if form.is_bound else 200
    return render(request, "contacts/people/reveal.html", {"form": form, "card": card}, status=status)


def _answer_reveal(request: StaffRequest, phone: Phone, form: RevealForm, *, at: datetime) -> HttpResponse:
    try:
        shown = reveal.reveal(phone=phone, action=form.cleaned_data["action"], in_book=True, by=request.user, at=at)
    except reveal.RevealRefused as refused:
        card = cards.of([phone.contact], by=request.user, at=at)[0]
        return _too_many(request, card, refused.wait) if refused.wait else _refused(request, card, refused)
    context = {"pk": phone.contact_id, "shown": shown, "seconds": reveal.SECONDS}
    return render(request, "contacts/people/revealed.html", context)


def _refused(request: StaffRequest, card: Card, refused: reveal.RevealRefused | dial.CallRefused) -> HttpResponse:
    """The gate's no as staff may hear it: a refusal that came by another road is not told (rules.tell)."""
    told = reasons.of(gate.tell(refused.decision)) if refused.decision else reasons.sentence(refused.reason)
    context = {"card": card, "reason": told, "hint": ""}
    return render(request, "contacts/people/refused.html", context, status=403)


def _too_many(request: StaffRequest, card: Card, seconds: int) -> HttpResponse:
    """Enough numbers seen for now: when the next one may be seen, in words and in the header (bad input 112)."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 120:
        hint = ngettext("The next one in %(n)s minute.", "The next one in %(n)s minutes.", minutes) % {"n": minutes}
    else:
        hours = -(-minutes // 60)
        hint = ngettext("The next one in %(n)s hour.", "The next one in %(n)s hours.", hours) % {"n": hours}
    context = {"card": card, "reason": reasons.sentence("quota"), "hint": hint}
    page = render(request, "contacts/people/refused.html", context, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page


@door(roles=USERS)
@require_POST
def call(request: StaffRequest, pk: UUID, phone: UUID) -> HttpResponse:
    """Call without seeing: one click, one decision, the number stays in the house (H2)."""
    return _dial(request, pk, phone, "call")


@door(roles=USERS)
@require_POST
def service_call(request: StaffRequest, pk: UUID, phone: UUID) -> HttpResponse:
    """Call a client about their contract: an address of its own, since the purpose follows from the act (A9)."""
    return _dial(request, pk, phone, "service_call")


def _dial(request: StaffRequest, pk: UUID, phone: UUID, action: str) -> HttpResponse:
    contact = visibility.one(request.user, pk)
    try:
        dial.dial(contact=contact, phone_id=phone, in_book=True, action=action, by=request.user, at=timezone.now())
    except dial.CallRefused as refused:
        card = cards.of([contact], by=request.user, at=timezone.now())[0]
        return _refused(request, card, refused)
    messages.success(request, _("The line is connecting. Please note the outcome afterwards."))
    return redirect("contact", pk)


@door(roles=USERS)
@require_POST
def note_outcome(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Note the outcome of one's own call; refused and wrong number act at once."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _asked_again(request, contact, _("Please choose an outcome from the list, and a day as 2026-03-02."), at=at)
    data = form.cleaned_data
    attempt = get_object_or_404(CallAttempt, pk=data["attempt"], subject_id=contact.pk, user=request.user)
    try:
        outcome.note(attempt=attempt, outcome=data["outcome"], later_on=data["later_on"], by=request.user, at=at)
    except outcome.OutcomeRefused as refused:
        if str(refused) in AGAIN:
            return _asked_again(request, contact, str(AGAIN[str(refused)]), at=at)
        messages.info(request, _("This outcome was already noted."))
    else:
        messages.success(request, _("Noted."))
    return returning.to_person(request, pk)


def _asked_again(request: StaffRequest, contact: Contact, sentence: str, *, at: datetime) -> HttpResponse:
    """The person's page with the sentence; nothing was noted."""
    messages.error(request, sentence)
    looking.opened(contact.pk, by=request.user, at=at)
    page = person_page.of(contact, by=request.user, at=at)
    return render(request, "contacts/people/person.html", {"page": page}, status=400)


@door(roles=WATCHERS)
@require_http_methods(["GET", "POST"])
def withdraw_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Record that the person wants no more: two clicks, heard by the gate at once (D1, D2)."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WithdrawForm(*sent, parts=_parts(contact), weight=_weight(request))
    if not form.is_bound or not form.is_valid():
        card = looking.at_one(contact, by=request.user, at=at)
        status = 400 if form.is_bound else 200
        return render(request, "contacts/people/withdraw.html", {"form": form, "card": card}, status=status)
    scope = form.chosen()
    if lost := _stop(request, contact, form, at=at):
        messages.warning(request, lost)
    if scope is None:
        messages.success(request, _("Stopped. Nobody may call or write from this second on."))
    else:
        messages.success(request, _("Stopped from this second on. What else was agreed still stands."))
    if going := continuing.left(contact, at=at):
        messages.info(request, _("It goes on: %(services)s.") % {"services": " · ".join(going)})
    for row in continuing.of(list(Contact.objects.filter(pk=pk)), at=at)[pk]:
        messages.info(request, _("%(purpose)s continues because of %(basis)s.") % {"purpose": row.purpose, "basis": row.basis})
    return returning.to_person(request, pk)


def _weight(request: StaffRequest) -> int:
    """How many bytes came, as whoever sent them says; of too many the file is never read (crm.settings)."""
    told = str(request.META.get("CONTENT_LENGTH") or "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0


def _stop(request: StaffRequest, contact: Contact, form: WithdrawForm, *, at: datetime) -> str:
    """Stop what was chosen, its proof kept with it in the same step; why a file that came along is not kept (D1, D4)."""
    told = {"subject": contact.pk, "scope": form.chosen(), "by": request.user, "at": at}
    proof = form.cleaned_data["file"]
    if isinstance(proof, Speech):
        return "" if withdrawal.by_voice(**told, speech=proof) else str(RECORDING)
    if proof:
        return "" if withdrawal.by_letter(**told, pages=proof) else str(LETTER)
    withdrawal.withdraw(**told, method=form.cleaned_data["method"], reason="withdrawal")
    return _("The no counts, but the file was not kept. %(why)s") % {"why": form.unkept} if form.unkept else ""


def _parts(contact: Contact) -> list[tuple[str, str]]:
    """Each consent of this person that can still be stopped, as the form offers it."""
    english = (get_language() or "").startswith("en")
    rows = Consent.objects.filter(subject_id=contact.pk).select_related("purpose").order_by("purpose_id", "channel")
    return [
        (
            f"{row.purpose_id}/{row.channel}",
            _("Only: %(purpose)s. It ends: %(services)s")
            % {"purpose": row.purpose.name_en if english else row.purpose.name_zh, "services": _ends(row.purpose_id)},
        )
        for row in rows
        if "withdrawn" in states.TABLE.get(row.state, frozenset())
    ]


def _ends(purpose: str) -> str:
    """Which services end with this purpose, by the table of services (A8)."""
    return " · ".join(services.name(code) for code in services.ended_by([purpose]))


@door(roles=USERS)
@require_GET
def calls_page(request: StaffRequest) -> HttpResponse:
    """Calls that lack an outcome, who asked for today, and who may be called now."""
    desk = calling.desk(request.user, at=timezone.now())
    return render(request, "contacts/people/calls.html", {"desk": desk})
