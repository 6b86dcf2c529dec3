"""Signed paper of one person: added by whoever holds it, opened by whoever may see evidence, each on record."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from consent import evidence_files, notices, papers, scanning
from consent.models import ConsentReview, PaperPage, Recording, RefusalRecording
from contacts import looking, visibility
from contacts.forms.papers import PROBLEMS, PaperForm
from team.doors import StaffRequest, door

WATCHERS = ("advisor", "lead", "compliance")


@door(roles=WATCHERS)
@require_http_methods(["GET", "POST"])
def papers_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """List what is kept, and take one more; 400 for a file that is no paper, and then nothing is kept (O1)."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if form.is_bound and form.is_valid():
        try:
            pages = scanning.pages_of(form.cleaned_data["file"].read())
            papers.add(subject=contact.pk, pages=pages, by=request.user, at=at)
        except scanning.ScanRefused as refused:
            form.add_error("file", str(PROBLEMS[refused.word]))
        else:
            messages.success(request, _("Kept, sealed under this person's key."))
            return redirect("papers", pk)
    kept = PaperPage.objects.filter(subject_id=contact.pk, file_key__isnull=False).select_related("added_by", "version__notice")
    card = looking.at_one(contact, by=request.user, at=at)
    may_open = evidence_files.may_open(request.user, at=at)
    context = {"card": card, "form": form, "kept": list(kept), "may_open": may_open}
    rows = Recording.objects.filter(subject_id=contact.pk, file_key__isnull=False)
    context["spoken"] = list(rows.select_related("added_by", "version__notice").prefetch_related("ticks"))
    noes = RefusalRecording.objects.filter(subject_id=contact.pk, file_key__isnull=False).select_related("added_by")
    context["noes"] = list(noes)
    context["current"] = notices.current()
    context["looked"] = ConsentReview.objects.filter(consent__subject=contact.pk).order_by("-at").first()
    return render(request, "contacts/people/papers.html", context, status=400 if form.is_bound else 200)


@door(roles=WATCHERS)
@require_GET
def paper(request: StaffRequest, pk: UUID, page: UUID) -> HttpResponse:
    """One page as a picture, for who may see evidence (I4); on record before it is opened."""
    contact = visibility.one(request.user, pk)
    if not evidence_files.may_open(request.user, at=timezone.now()):
        raise Http404
    row = get_object_or_404(PaperPage, pk=page, subject_id=contact.pk)
    answer = HttpResponse(evidence_files.show(row, by=request.user, at=timezone.now()), content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    return answer
