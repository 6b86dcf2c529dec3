"""One consent after the other, with everything on one screen and one key for each verdict (C6, PIPL 69)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from consent import evidence_files, reviewing
from consent.models import Consent, ConsentReview
from contacts import cards, coverage, review_queue
from contacts.forms.review import VerdictForm
from team.doors import StaffRequest, door, not_understood

COMPLIANCE = ("compliance",)
SENTENCES: dict[str, Promise] = {
    "moved": gettext_lazy("Something happened to this consent meanwhile; look at it again."),
    "form": gettext_lazy("A recording answers what is ticked; this is agreed to in a step of its own."),
    "unbound": gettext_lazy("No paper here carries the code of a notice that asks for this; it cannot be accepted."),
    "suppressed": gettext_lazy("This person has said no. A paper from before does not lift that."),
    "restricted": gettext_lazy("This person asked that nothing be used; answer that request first."),
    "leaving": gettext_lazy("The day of this person has come; they leave with the next sweep."),
    "not_asked": gettext_lazy("This consent no longer waits for paper."),
    "own": gettext_lazy("You added this yourself; a colleague looks at it."),
    "replaced": gettext_lazy("A newer notice has replaced these words; the person is asked anew."),
    "minor": gettext_lazy("This person says they are under 18; no yes of theirs counts."),
    "unseen": gettext_lazy("You may not open evidence today, so you cannot have looked at it."),
    "unopened": gettext_lazy("Open the evidence first: every page, or the whole recording. Then accept it."),
    "reason": gettext_lazy("Please choose why."),
}


@door(roles=COMPLIANCE)
@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """The next consent to look at: words, evidence, mask, history, and what the gate says."""
    at = timezone.now()
    drawn = review_queue.sample(at)
    context = {
        "item": review_queue.first(request.user, drawn=drawn, after=request.GET.get("after", ""), at=at),
        "papers": review_queue.papers(at).count(),
        "speech": review_queue.speech(at).count(),
        "sample": len(drawn),
        "may_open": evidence_files.may_open(request.user, at=at),
        "reasons": [choice for choice in ConsentReview.Reason.choices if choice[0]],
    }
    return render(request, "contacts/review/queue.html", context)


@door(roles=COMPLIANCE)
@require_GET
def coverage_page(request: StaffRequest) -> HttpResponse:
    """How far consent reaches: by purpose and channel, by advisor, by age, and what ends soon; counts, nobody's name."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    told = coverage.whole(request.user, at=timezone.now(), language=language)
    return render(request, "contacts/review/coverage.html", {"whole": told})


@door(roles=COMPLIANCE)
@require_POST
def decide(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One verdict, and on to the next."""
    form, at = VerdictForm(request.POST), timezone.now()
    head = Consent.objects.filter(pk=pk).first()
    if head is None:
        raise Http404
    if not form.is_valid():
        return not_understood(request, _("Please choose a verdict and a reason from the list. Nothing was changed."))
    try:
        contact = review_queue.decide(consent=head, **form.cleaned_data, by=request.user, at=at)
    except reviewing.ReviewRefused as refused:
        messages.error(request, str(SENTENCES[refused.code]))
    else:
        name = cards.of([contact], by=request.user, at=at)[0].name
        told = dict(ConsentReview.Verdict.choices)[form.cleaned_data["verdict"]]
        messages.success(request, f"{name} · {told}")
    return redirect("review")
