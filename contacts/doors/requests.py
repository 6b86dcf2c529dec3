"""The desk that answers what people ask about their own data, each within its clock (PIPL 44-50; K1, K2, K3)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import working_days
from consent.models import RightsRequest, StrangersComplaint
from consent.requests import complaints, deciding
from consent.requests.asking import RequestRefused
from contacts import cards, correcting, looking, relatives, visibility
from contacts.forms.after import ClaimForm
from contacts.forms.own import AnswerForm, CorrectionForm, RefusalForm, TakenForm
from contacts.masking import Wish, show
from contacts.nights import OFFICE
from contacts.own import deeds
from team.doors import StaffRequest, door
from team.fields import Level
from vault import masks, names

COMPLIANCE = ("compliance",)
DECIDED = 50
NEAR = timedelta(days=90)  # before the calendar of days off ends, the desk says so


@door(roles=COMPLIANCE)
@require_GET
def desk(request: StaffRequest) -> HttpResponse:
    """Open requests by their last day, the overdue first; then those decided lately."""
    at = timezone.now()
    today = at.astimezone(OFFICE).date()
    waiting = list(RightsRequest.objects.filter(state="open").order_by("due_on", "received_at")[:200])
    decided = RightsRequest.objects.exclude(state="open").select_related("decided_by").order_by("-decided_at")[:DECIDED]
    people = visibility.visible(request.user, stored=True).filter(pk__in={row.subject_id for row in waiting})
    shown = {card.pk: card for card in looking.at_many(list(people), by=request.user, at=at)}
    context = {
        "waiting": [(row, shown.get(row.subject_id), working_days.left(today, row.due_on)) for row in waiting],
        "decided": list(decided),
        "counted": complaints.counted(at=at),
        "calendar": working_days.known_until(today) if working_days.known_until(today) < today + NEAR else None,
    }
    return render(request, "contacts/requests/desk.html", context)


@door(roles=COMPLIANCE)
@require_GET
def one(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One request: the person masked, their words, what can be done, and the two ways to decide."""
    return shown(request, get_object_or_404(RightsRequest.objects.select_related("decided_by", "taken_by"), pk=pk))


def shown(request: StaffRequest, row: RightsRequest, **forms: object) -> HttpResponse:
    """The page of one request; with a form that was not taken, 400."""
    at = timezone.now()
    looking.at_request(row.subject_id, by=request.user, at=at)
    people = list(visibility.visible(request.user, stored=True).filter(pk=row.subject_id))
    stranger = StrangersComplaint.objects.filter(request=row).first()
    boxes = (row.words, row.answer, stranger.reply_to if stranger else None)
    opened = show([Wish(box, Level.CALL) for box in boxes])
    words, told, address = (masks.hide_runs(text) for text in opened)  # nobody reads a number, whoever wrote it down
    context = {
        "row": row,
        "card": cards.of(people, by=request.user, at=at)[0] if people else None,
        "words": words,
        "told": told,
        "stranger": stranger,
        "address": address,
        "left": working_days.left(at.astimezone(OFFICE).date(), row.due_on),
        "answer": ClaimForm(prefix="a") if row.kind == "relative" else AnswerForm(prefix="a"),
        "relative": relatives.of(row) if row.kind == "relative" else None,
        "refusal": RefusalForm(prefix="r"),
        "correction": CorrectionForm(),
        **forms,
    }
    return render(request, "contacts/requests/one.html", context, status=400 if forms else 200)


@door(roles=COMPLIANCE)
@require_POST
def answer(request: StaffRequest, pk: UUID) -> HttpResponse:
    """It was done; the person reads the words on their page (K1)."""
    row = get_object_or_404(RightsRequest.objects.exclude(kind="relative"), pk=pk)  # who shows proof first, in doors/after.py
    form = AnswerForm(request.POST, prefix="a")
    if not form.is_valid():
        return shown(request, row, answer=form)
    return _decided(request, lambda: deciding.answer(request_id=pk, **form.cleaned_data, by=request.user, at=timezone.now()))


@door(roles=COMPLIANCE)
@require_POST
def refuse(request: StaffRequest, pk: UUID) -> HttpResponse:
    """It is refused, with a ground and a reason; how to object stands beneath it on the person's page (K2)."""
    row, form = get_object_or_404(RightsRequest, pk=pk), RefusalForm(request.POST, prefix="r")
    if not form.is_valid():
        return shown(request, row, refusal=form)
    return _decided(request, lambda: deciding.refuse(request_id=pk, **form.cleaned_data, by=request.user, at=timezone.now()))


def _decided(request: StaffRequest, deed: Callable[[], RightsRequest]) -> HttpResponse:
    try:
        row = deed()
    except RequestRefused:
        messages.info(request, _("This request has been decided already."))
    else:
        messages.success(request, _reads(row))
    return redirect("requests")


def _reads(row: RightsRequest) -> str:
    """How whoever asked hears of the answer: on their own page, by a stranger's code, or from us alone."""
    if row.kind == "relative":
        return _("Decided. Tell the relative.")
    stranger = StrangersComplaint.objects.filter(request=row).first()
    if stranger is None:
        return _("Decided. The person reads it on their page.")
    if stranger.reply == StrangersComplaint.Reply.LETTER:
        return _("Decided. They read it by their code, and asked to be written to as well: at the address on the request.")
    return _("Decided. They read it by their code.")


@door(roles=COMPLIANCE)
@require_POST
def correct(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Set right what the person said is wrong; what was not filled in stays as it is (A5, PIPL 46)."""
    row, form = get_object_or_404(RightsRequest, pk=pk, state="open"), CorrectionForm(request.POST)
    contact = visibility.one(request.user, row.subject_id, stored=True)
    if not form.is_valid():
        return shown(request, row, correction=form)
    try:
        changed = correcting.correct(contact=contact, texts=form.told(), by=request.user, at=timezone.now())
    except names.TextRefused as refused:
        form.add_error(None, str(refused.sentence))
        return shown(request, row, correction=form)
    except correcting.CorrectionRefused:
        form.add_error(None, _("A legal hold keeps this person as they are held. Lift it first, or refuse with the ground."))
        return shown(request, row, correction=form)
    if changed:
        messages.success(request, _("Corrected. Now answer the person."))
    else:
        messages.info(request, _("Nothing was filled in, so nothing was changed."))
    return redirect("request", pk)


@door(roles=("advisor", "lead", "compliance"))
@require_http_methods(["GET", "POST"])
def take(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Note what a person asked for aloud or by letter; the clock starts today (K3)."""
    contact, at = visibility.one(request.user, pk, stored=True), timezone.now()
    form = TakenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            taken = deeds.take(contact.pk, **form.cleaned_data, by=request.user, at=at)
        except RequestRefused:
            form.add_error(None, _("This person has many open requests already; answer those first."))
        else:
            messages.success(request, _("Taken in. It must be answered by %(day)s.") % {"day": taken.due_on})
            return redirect("contact", pk)
    card = looking.at_one(contact, by=request.user, at=at)
    return render(request, "contacts/requests/take.html", {"form": form, "card": card}, status=400 if form.is_bound else 200)
