"""Data from others: the register of partners (A7, E1, D10), and the cases of lists that were paid for (E3)."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import notices, partners, recalls, register
from consent.models import Partner
from contacts import recalling
from contacts.forms.partners import PartnerForm
from contacts.importing import paid
from contacts.models import PaidListCase
from team.doors import StaffRequest, door, not_understood
from team.models import Role

COMPLIANCE = ("compliance",)
EITHER = ("compliance", "admin")  # who approves is shown nobody of any list
LATEST = 50
BADGES = {"stands": "ok", "waiting": "warn", "lapsed": "bad", "ended": "idle"}
CASES: dict[str, Promise] = {
    "gone": gettext_lazy("This case has been closed already."),
    "same_person": gettext_lazy("You opened it yourself; somebody else must close it."),
}
FIELDS = {
    "hook": "hook",
    "secret": "secret",
    "purposes": "purposes",
    "categories": "categories",
    "twice": "agreement",
    "lapsed": "valid_until",
}


@door(roles=EITHER)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """The register, whoever owes its word first, then the newest; for compliance every case of a list that was paid for."""
    at = timezone.now()
    day = partners.today(at)
    late = Exists(partners.overdue(at=at).filter(partner=OuterRef("pk")))
    listed = Partner.objects.select_related("entered_by", "approved_by").annotate(owes=late)
    rows = listed.order_by("-owes", "-entered_at")[:LATEST]
    compliance = request.user.role == Role.COMPLIANCE
    cases = PaidListCase.objects.select_related("opened_by", "closed_by", "sheet__event")[:LATEST] if compliance else None
    context = {
        "partners": [(row, *_standing(row, partners.standing(row, on=day))) for row in rows],
        "cases": cases,
        "findings": PaidListCase.Finding.choices,
        "enters": compliance,
    }
    return render(request, "contacts/partners/page.html", context)


def _standing(partner: Partner, code: str) -> tuple[str, str]:
    """What its agreement is today, in words, and the badge for it."""
    return str(partners.STANDINGS[code]), BADGES[code]


@door(roles=COMPLIANCE)
@require_http_methods(["GET", "POST"])
def enter(request: StaffRequest) -> HttpResponse:
    """Enter a partner; another person approves it. 400 for what is missing or wrong."""
    at = timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = PartnerForm(sent, today=partners.today(at), controller=_controller())
    if form.is_bound and form.is_valid():
        try:
            partner = partners.enter(form.said(), by=request.user, at=at)
        except partners.PartnerRefused as refused:
            form.add_error(FIELDS.get(refused.code), str(refused.sentence))
        else:
            messages.success(request, _("Entered. It counts once a second person has approved it."))
            return redirect("partner", partner.pk)
    return render(request, "contacts/partners/enter.html", {"form": form}, status=400 if form.errors else 200)


def _controller() -> str:
    """How this office calls itself in its own notice."""
    words = notices.current().content["en" if (get_language() or "").startswith("en") else "zh"]
    return str(words["controller"]["name"])


@door(roles=EITHER)
@require_GET
def partner_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One partner with everything that was entered, and what may be done about it."""
    partner = get_object_or_404(Partner.objects.select_related("entered_by", "approved_by", "ended_by", "hook"), pk=pk)
    at = timezone.now()
    code = partners.standing(partner, on=partners.today(at))
    standing, badge = _standing(partner, code)
    owed, more = recalls.of_partner(partner, at=at)
    context = {
        "partner": partner,
        "standing": standing,
        "badge": badge,
        "purposes": [register.purpose_name(row) for row in register.BY_CODE if row in partner.purposes],
        "categories": [register.category_name(row) for row in register.CATEGORIES if row in partner.categories],
        "approves": code == "waiting" and partner.entered_by_id != request.user.pk,
        "waits": code == "waiting",
        "ends": partner.ended_at is None and request.user.role == Role.COMPLIANCE,
        "recalls": owed,
        "more": more,
        "reached": recalling.road(partner) != "nowhere",
        "notes": request.user.role == Role.COMPLIANCE,
    }
    return render(request, "contacts/partners/partner.html", context)


@door(roles=EITHER)
@require_POST
def approve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Stand for a partner that somebody else entered."""
    try:
        partners.approve(partner_id=pk, by=request.user, at=timezone.now())
    except partners.PartnerRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Approved. From now on it counts, until its last day."))
    return redirect("partners")


@door(roles=COMPLIANCE)
@require_POST
def end(request: StaffRequest, pk: UUID) -> HttpResponse:
    """End an agreement before its day; what came under it stays with its own clocks."""
    try:
        partners.end(partner_id=pk, by=request.user, at=timezone.now())
    except partners.PartnerRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Ended. Nothing more comes in or goes out under it."))
    return redirect("partners")


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
