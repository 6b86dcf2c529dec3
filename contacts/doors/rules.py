"""The retention table and the licence profile: what applies, what was proposed, and every version before (L9)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contacts import keeps, retention, rule_changes
from contacts.forms.leaving import ChangeForm
from contacts.models import RetentionRule, RuleChange
from team.doors import StaffRequest, door, not_understood

EITHER = ("compliance", "admin")  # no person stands on these pages
LATEST = 50


@door(roles=EITHER)
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """Every rule with its days, its source and its version; what waits for a decision; what was decided."""
    changes = list(RuleChange.objects.select_related("proposed_by", "decided_by")[:LATEST])
    profile = retention.profile()
    context = {
        "may_propose": request.user.role == "compliance",
        "rules": RetentionRule.objects.all(),
        "today": timezone.now(),
        "waiting": [row for row in changes if row.state == RuleChange.State.PROPOSED],
        "decided": [row for row in changes if row.state != RuleChange.State.PROPOSED],
        "profile": profile,
        "profiles": keeps.PROFILES,
        "keeps": keeps.binding(profile),
    }
    return render(request, "contacts/leaving/rules.html", context)


@door(roles=("compliance",))
@require_POST
def propose(request: StaffRequest) -> HttpResponse:
    """Propose other days, or another licence profile; nothing changes until another person agrees (J1, L9)."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return not_understood(request, str(rule_changes.SENTENCES["days"]))
    try:
        rule_changes.propose(**form.change(), by=request.user, at=timezone.now())
    except rule_changes.ChangeRefused as refused:
        if refused.code in ("unknown", "days"):
            return not_understood(request, str(refused.sentence))
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Proposed. It applies once another person agrees."))
    return redirect("retention_rules")


@door(roles=EITHER)
@require_POST
def decide(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let a proposed change apply, or not; everybody concerned moves at once."""
    answer = request.POST.get("answer", "")
    if answer not in ("yes", "no"):
        return not_understood(request, _("Please answer from the page. Nothing was changed."))
    try:
        change, moved = rule_changes.decide(change_id=pk, yes=answer == "yes", by=request.user, at=timezone.now())
    except rule_changes.ChangeRefused as refused:
        messages.error(request, str(refused.sentence))
    else:
        if change.state == RuleChange.State.APPROVED:
            messages.success(request, _("Changed. New end dates: %(count)s people.") % {"count": moved})
    return redirect("retention_rules")
