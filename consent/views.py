"""Pages of the consent floor: notices for everybody, suppression and decisions for compliance."""

from uuid import UUID

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from consent import gate, reasons, suppression
from consent.drafting import completeness, effects
from consent.models import Decision, NoticeVersion, Suppression
from team.doors import door, public_door
from vault import phone
from vault.forms import StrictForm

COMPLIANCE = ("compliance",)


def words_of(version: NoticeVersion) -> dict[str, object]:
    """The notice's words in the reader's language; Chinese unless English is asked for."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    words: dict[str, object] = version.content[language]
    return words


@public_door()
@require_GET
def notice_page(request: HttpRequest, code: str, number: int | None = None) -> HttpResponse:
    """A published notice, for ever at the same address; without a number the current one (B5)."""
    versions = NoticeVersion.objects.filter(notice__code=code, published_at__isnull=False).select_related("notice")
    version = versions.filter(number=number).first() if number is not None else versions.order_by("-number").first()
    if version is None:
        raise Http404
    language = "en" if (get_language() or "").startswith("en") else "zh"
    newest = versions.order_by("-number").first()
    context = {"version": version, "words": words_of(version), "words_language": language, "newest": newest}
    return render(request, "consent/notice.html", context)


@door(roles=("compliance", "admin"))
@require_GET
def notices_page(request: HttpRequest) -> HttpResponse:
    """All notices and how many ticks each version has; what is being written stands first."""
    rows = NoticeVersion.objects.select_related("notice", "published_by", "proposed_by").annotate(ticks=Count("purposes"))
    found = list(rows.order_by("notice__code", "-number").prefetch_related("purposes"))
    told = effects.delivered()
    for row in found:
        row.told = told.get(row.pk)  # type: ignore[attr-defined]
        row.completeness = completeness.of(row.content, list(row.purposes.all()))  # type: ignore[attr-defined]
    context = {"versions": [row for row in found if row.published_at], "drafts": [row for row in found if not row.published_at]}
    return render(request, "consent/notices.html", context)


class NumberForm(StrictForm):
    """A whole number to look up."""

    number = forms.CharField(label=_("Whole number"), max_length=40)

    def looked_up(self, by: trail.Actor) -> str:
        """The digits of what was typed, once the look-up is on record; empty, with a sentence, for what is no number."""
        if not self.is_bound or not self.is_valid():
            return ""
        try:
            digits = phone.normalise(self.cleaned_data["number"]).digits
        except phone.PhoneRefused as refused:
            self.add_error("number", str(refused.sentence))
            return ""
        trail.record_alone("contact.searched", by=by, at=timezone.now())
        return digits


@door(roles=COMPLIANCE, rate=(60, 3600))
@require_http_methods(["GET", "POST"])
def suppression_page(request: HttpRequest) -> HttpResponse:
    """The do-not-contact list without a number in it; one whole number can be looked up, on record (D8)."""
    form, answer = NumberForm(request.POST if request.method == "POST" else None), None
    if digits := form.looked_up(request.user):
        answer = suppression.since(digits) or "none"
    rows = Suppression.objects.order_by("-since")[:100]
    context = {"form": form if form.errors else NumberForm(), "answer": answer, "rows": rows}
    return render(request, "consent/suppression.html", context, status=400 if form.errors else 200)


@door(roles=COMPLIANCE)
@require_GET
def decision_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One decision of the gate, decided again from its stored facts (A6)."""
    subject = get_object_or_404(Decision, pk=pk).subject_id
    trail.record_alone("contact.opened", by=request.user, at=timezone.now(), subject=subject)
    told = gate.explain(pk)
    context = {
        "told": told,
        "sentence": reasons.of(told.verdict),
        "bases": reasons.bases(reasons.code_of(told.verdict)),
        "facts": sorted(told.decision.facts.items()),
    }
    return render(request, "consent/decision.html", context)
