"""Using a number: reveal it for a reason, call without seeing it, note what came of it, stop everything."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import reasons
from contacts import cards, dial, outcome, reveal, visibility, withdrawal
from contacts.cards import Card
from contacts.forms.people import OutcomeForm, RevealForm, WithdrawForm
from contacts.models import CallAttempt, Contact
from team.doors import StaffRequest, door, not_understood, too_many

USERS = ("advisor", "lead")
WATCHERS = ("advisor", "lead", "compliance")


@door(roles=USERS, second_factor=True)
@require_http_methods(["GET", "POST"])
def reveal_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason, then show the number for sixty seconds."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    card = cards.of([contact], by=request.user, at=at)[0]
    first = card.phones[0].pk if card.phones else None
    form = RevealForm(request.POST if request.method == "POST" else None, initial={"phone": request.GET.get("phone") or first})
    if not form.is_bound or not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "contacts/people/reveal.html", {"form": form, "card": card}, status=status)
    return _answer_reveal(request, contact, card, form, at=at)


def _answer_reveal(request: StaffRequest, contact: Contact, card: Card, form: RevealForm, *, at: datetime) -> HttpResponse:
    wanted = {"phone_id": form.cleaned_data["phone"], "action": form.cleaned_data["action"]}
    try:
        shown = reveal.reveal(contact=contact, **wanted, in_book=True, by=request.user, at=at)
    except reveal.RevealRefused as refused:
        if refused.wait:
            return too_many(request, refused.wait)
        context = {"card": card, "reason": reasons.sentence(refused.reason), "decision": refused.decision}
        return render(request, "contacts/people/refused.html", context, status=403)
    context = {
        "card": card,
        "shown": shown,
        "seconds": reveal.SECONDS,
        "outcomes": CallAttempt.Outcome.choices,
    }
    return render(request, "contacts/people/revealed.html", context)


@door(roles=USERS)
@require_POST
def call(request: StaffRequest, pk: UUID, phone: UUID) -> HttpResponse:
    """Call without seeing: one click, one decision, the number stays in the house (H2)."""
    contact = visibility.one(request.user, pk)
    try:
        dial.dial(contact=contact, phone_id=phone, in_book=True, by=request.user, at=timezone.now())
    except dial.CallRefused as refused:
        card = cards.of([contact], by=request.user, at=timezone.now())[0]
        context = {"card": card, "reason": reasons.sentence(refused.reason), "decision": refused.decision}
        return render(request, "contacts/people/refused.html", context, status=403)
    messages.success(request, _("The line is connecting. Please note the outcome afterwards."))
    return redirect("contact", pk)


@door(roles=USERS)
@require_POST
def note_outcome(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Note the outcome of one's own call; refused and wrong number act at once."""
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return not_understood(request, _("Please choose an outcome from the list."))
    contact = visibility.one(request.user, pk)
    attempt = get_object_or_404(CallAttempt, pk=form.cleaned_data["attempt"], subject_id=contact.pk, user=request.user)
    try:
        outcome.note(attempt=attempt, outcome=form.cleaned_data["outcome"], by=request.user, at=timezone.now())
    except outcome.OutcomeRefused:
        messages.info(request, _("This outcome was already noted."))
    else:
        messages.success(request, _("Noted."))
    return redirect("contact", pk)


@door(roles=WATCHERS)
@require_http_methods(["GET", "POST"])
def withdraw_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Record that the person wants no more: two clicks, heard by the gate at once (D1, D2)."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        card = cards.of([contact], by=request.user, at=at)[0]
        status = 400 if form.is_bound else 200
        return render(request, "contacts/people/withdraw.html", {"form": form, "card": card}, status=status)
    withdrawal.withdraw(
        subject=contact.pk,
        scope=None,
        method=form.cleaned_data["method"],
        reason="withdrawal",
        by=request.user,
        at=at,
    )
    messages.success(request, _("Stopped. Nobody may call or write from this second on."))
    return redirect("contact", pk)


@door(roles=USERS)
@require_GET
def calls_page(request: StaffRequest) -> HttpResponse:
    """One's own calls that still lack an outcome, newest first."""
    at = timezone.now()
    waiting = list(CallAttempt.objects.filter(user=request.user, outcome="").order_by("-at")[:50])
    people = visibility.visible(request.user).filter(pk__in=[row.subject_id for row in waiting])
    known = {c.pk: c for c in cards.of(list(people.select_related("event", "book__owner")), by=request.user, at=at)}
    rows = [(row, known[row.subject_id]) for row in waiting if row.subject_id in known]
    return render(request, "contacts/people/calls.html", {"rows": rows, "outcomes": CallAttempt.Outcome.choices})
