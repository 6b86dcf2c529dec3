"""The desk of exceptions from notice: enter, decide by another, say when people were told (B10)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import exempting
from consent.exempting import ExceptionRefused, Said
from consent.gate import OFFICE
from consent.models import NoticeException
from team.doors import StaffRequest, door, not_understood
from team.models import Role
from vault import masks
from vault.forms import DayField, LineField, StrictForm

COMPLIANCE = ("compliance",)
EITHER = ("compliance", "admin")
LATEST = 50
FIELDS = {"ground": "ground", "about": "about", "statute": "statute", "began": "began_on", "due": "due_on"}
ANSWERS = {"yes": True, "no": False}


class ExceptionForm(StrictForm):
    """What is done without notice, on which ground, and by when people are told afterwards."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=NoticeException.Ground.choices, widget=forms.RadioSelect)
    about = LineField(
        label=gettext_lazy("What is done without notice"),
        max_length=200,
        help_text=gettext_lazy("In a line. Name nobody, and no number."),
    )
    statute = LineField(label=gettext_lazy("For secrecy: which statute and article"), max_length=120, required=False)
    began_on = DayField(label=gettext_lazy("Began on"))
    due_on = DayField(
        label=gettext_lazy("For an emergency: people are told by"),
        required=False,
        help_text=gettext_lazy("As soon as the emergency is over, at most 15 working days after it began."),
    )

    def said(self) -> Said:
        """What was entered."""
        return Said(**self.cleaned_data)


@door(roles=EITHER)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """What waits first, the earliest day on top; then the rest, the newest first."""
    rows = NoticeException.objects.select_related("entered_by", "decided_by", "told_by")
    waiting = rows.filter(pk__in=exempting.standing().values("pk")).order_by(F("due_on").asc(nulls_last=True), "entered_at")
    context: dict[str, Any] = {
        "waiting": waiting[:LATEST],
        "done": rows.exclude(pk__in=exempting.standing().values("pk"))[:LATEST],
        "today": timezone.now().astimezone(OFFICE).date(),
        "ways": [choice for choice in NoticeException.Told.choices if choice[0]],
        "enters": request.user.role == Role.COMPLIANCE,
    }
    return render(request, "consent/exceptions.html", context)


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def enter(request: StaffRequest) -> HttpResponse:
    """Enter one; another person decides. 400 for what is missing or wrong."""
    form = ExceptionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            exempting.enter(form.said(), by=request.user, at=timezone.now())
        except ExceptionRefused as refused:
            for name in ("about", "statute"):  # what could be a number is not sent back
                form.put(name, masks.hide_runs(form.cleaned_data[name]))
            form.add_error(FIELDS.get(refused.code), str(refused.sentence))
        else:
            messages.success(request, _("Entered. It excuses nothing until a second person has approved it."))
            return redirect("exceptions")
    return render(request, "consent/exception_enter.html", {"form": form}, status=400 if form.errors else 200)


@door(roles=EITHER)
@require_POST
def decide(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Stand for what somebody else entered, or refuse it."""
    yes = ANSWERS.get(request.POST.get("answer", ""))
    if yes is None:
        return not_understood(request, _("Please choose one of the buttons. Nothing was changed."))
    try:
        exempting.decide(pk=pk, yes=yes, by=request.user, at=timezone.now())
    except ExceptionRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Approved.") if yes else _("Refused. Whoever is concerned is told now."))
    return redirect("exceptions")


@door(roles=COMPLIANCE)
@require_POST
def tell(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The people concerned were told, and how."""
    how = request.POST.get("how", "")
    if not how or how not in NoticeException.Told.values:
        return not_understood(request, _("Please choose how people were told. Nothing was changed."))
    try:
        exempting.tell(pk=pk, how=how, by=request.user, at=timezone.now())
    except ExceptionRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Noted. Nothing is owed here any more."))
    return redirect("exceptions")
