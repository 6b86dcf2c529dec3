"""Compliance's page of data from others: the cases of lists that were paid for (E3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from contacts.importing import paid
from contacts.models import PaidListCase
from team.doors import StaffRequest, door, not_understood

COMPLIANCE = ("compliance",)
LATEST = 50
CASES: dict[str, Promise] = {
    "gone": gettext_lazy("This case has been closed already."),
    "same_person": gettext_lazy("You opened it yourself; somebody else must close it."),
}


@door(roles=COMPLIANCE)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """Every case of a list that was paid for, the newest first."""
    cases = PaidListCase.objects.select_related("opened_by", "closed_by", "sheet__event")[:LATEST]
    return render(request, "contacts/partners/page.html", {"cases": cases, "findings": PaidListCase.Finding.choices})


@door(roles=COMPLIANCE)
@require_POST
def close_case(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Say what was found about a list that was paid for."""
    finding = request.POST.get("finding", "")
    if finding not in PaidListCase.Finding.values:
        return not_understood(request, _("Please choose what you found. Nothing was changed."))
    try:
        paid.close(sheet=pk, finding=finding, by=request.user, at=timezone.now())
    except paid.CaseRefused as refused:
        messages.error(request, str(CASES[str(refused)]))
    else:
        messages.success(request, _("Closed. It stays on record."))
    return redirect("partners")
