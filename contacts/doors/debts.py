"""Compliance's board of refusal debts: whom we reached after a no, who looks into it, and what they found (D9)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contacts import debts, debts_page
from contacts.models import RefusalDebt
from team.doors import StaffRequest, door, not_understood

COMPLIANCE = ("compliance",)


@door(roles=COMPLIANCE)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """Every open debt, the oldest first, and those that were closed last; on record with how many people."""
    board = debts_page.of(by=request.user, at=timezone.now())
    context = {"board": board, "findings": RefusalDebt.Finding.choices}
    return render(request, "contacts/debts/page.html", context)


@door(roles=COMPLIANCE)
@require_POST
def take(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take one debt, so that everybody sees who looks into it."""
    try:
        debts.take(attempt=pk, by=request.user, at=timezone.now())
    except debts.DebtRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("It is yours now. Find out how it came to be, then close it with what you found."))
    return redirect("debts")


@door(roles=COMPLIANCE)
@require_POST
def close(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Close one's own debt with a finding; it stays on record."""
    try:
        debts.close(attempt=pk, finding=request.POST.get("finding", ""), by=request.user, at=timezone.now())
    except debts.DebtRefused as refused:
        if refused.code == "finding":
            return not_understood(request, str(refused.sentence))
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Closed. It stays on record."))
    return redirect("debts")
