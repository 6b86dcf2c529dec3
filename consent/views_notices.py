"""The desk on which notices are written and decided, and what everybody may read of them (B1 to B6, B11)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent import notice_sections, notices
from consent.drafting import drafts
from consent.drafting.changes import between
from consent.models import NoticeCopy, NoticeVersion
from consent.notice_form import DecisionForm, NoticeForm
from team.doors import StaffRequest, door, public_door

WRITERS = ("compliance",)
READERS = ("compliance", "admin")
SENTENCES: dict[str, Promise] = {
    "published": gettext_lazy("This version is published; write the next one."),
    "proposed": gettext_lazy("This draft waits for a decision; send it back to go on writing."),
    "not_proposed": gettext_lazy("This draft is being written again."),
    "incomplete": gettext_lazy("Something is missing still; it is listed on the page."),
    "blocked": gettext_lazy("Something in it may not be shown; it is listed on the page."),
    "same_person": gettext_lazy("You proposed it: a second person publishes."),
    "same": gettext_lazy("Nothing differs from what is published; there is nothing to decide."),
    "changed": gettext_lazy("The draft is no longer what you read. Please read it again."),
    "reason": gettext_lazy("You decide otherwise than was measured: please say why."),
}


@door(roles=WRITERS)
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """The next version of the notice for events: the draft that stands, or a copy of what is published."""
    return redirect("notice_draft", drafts.start(code=notices.CODE, by=request.user, at=timezone.now()).pk)


@door(roles=READERS)
@require_http_methods(["GET", "POST"])
def draft_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Write; or, once it was proposed, look at it and decide. 400 for what cannot be kept, with the line that is wrong."""
    draft = _draft(pk)
    if request.method == "POST" and request.user.role not in WRITERS:
        raise PermissionDenied
    if draft.proposed_at is not None or request.user.role not in WRITERS:
        return _decision_page(
            request, draft, DecisionForm(initial={"materiality": draft.measured, "seen": drafts.digest(draft)})
        )
    form = NoticeForm(request.POST if request.method == "POST" else None, draft=draft)
    if form.is_bound and form.is_valid():
        try:
            drafts.save(version_id=pk, content=form.content(), ticks=form.asked(), by=request.user, at=timezone.now())
        except drafts.DraftRefused as refused:
            messages.error(request, str(SENTENCES[refused.code]))
        else:
            messages.success(request, _("Kept. Nobody sees it until it is published."))
        return redirect("notice_draft", pk)
    review = drafts.review(draft)
    context = {"draft": draft, "form": form, "review": review, "sections": notice_sections.of(form, review)}
    return render(request, "consent/draft.html", context, status=400 if form.is_bound else 200)


def _draft(pk: UUID) -> NoticeVersion:
    rows = NoticeVersion.objects.filter(published_at__isnull=True).select_related("notice", "proposed_by")
    return get_object_or_404(rows, pk=pk)


def _decision_page(request: StaffRequest, draft: NoticeVersion, form: DecisionForm) -> HttpResponse:
    context = {"draft": draft, "form": form, "review": drafts.review(draft), "ticks": list(draft.purposes.all())}
    context |= {"zh": draft.content["zh"], "en": draft.content["en"], "before": notices.before(draft)}
    return render(request, "consent/draft_decision.html", context, status=400 if form.is_bound else 200)


@door(roles=WRITERS)
@require_POST
def preview(request: StaffRequest, pk: UUID) -> HttpResponse:
    """How what is in the form would look, in three layers and both languages; kept nowhere."""
    form = NoticeForm(request.POST, draft=_draft(pk))
    if not form.is_valid():
        return render(
            request, "consent/_parts/preview.html", {"form": form}, status=400 if "HX-Request" not in request.headers else 200
        )
    content = form.content()
    context = {"zh": content["zh"], "en": content["en"], "ticks": form.asked()}
    return render(request, "consent/_parts/preview.html", context)


@door(roles=WRITERS)
@require_POST
def propose(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lay it before a second person."""
    try:
        drafts.propose(version_id=_draft(pk).pk, by=request.user, at=timezone.now())
    except drafts.DraftRefused as refused:
        messages.error(request, str(SENTENCES[refused.code]))
    else:
        messages.success(request, _("Proposed. A second person reads and publishes it."))
    return redirect("notice_draft", pk)


@door(roles=READERS)
@require_POST
def send_back(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Back to writing."""
    try:
        drafts.send_back(version_id=_draft(pk).pk, by=request.user, at=timezone.now())
    except drafts.DraftRefused as refused:
        messages.error(request, str(SENTENCES[refused.code]))
    return redirect("notice_draft", pk)


@door(roles=READERS)
@require_POST
def publish(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Publish for ever what somebody else proposed, and decide what it means for those who agreed before (B4)."""
    draft, form = _draft(pk), DecisionForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, draft, form)
    try:
        site = request.build_absolute_uri("/").rstrip("/")
        drafts.publish(version_id=pk, **form.cleaned_data, address=site, by=request.user, at=timezone.now())
    except drafts.DraftRefused as refused:
        form.put("seen", drafts.digest(draft))  # what is drawn now is what is read next
        form.add_error("reason" if refused.code == "reason" else None, str(SENTENCES[refused.code]))
        return _decision_page(request, draft, form)
    messages.success(
        request, _("Published, for ever. New events use it; events that are open keep theirs until you change them.")
    )
    return redirect("notices")


@public_door()
@require_GET
def changes(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What a version changed against the one before it, clause by clause; nothing that stayed (B3)."""
    version = _published(code, number)
    before = notices.before(version)
    found = (
        between(before.content, list(before.purposes.all()), version.content, list(version.purposes.all())) if before else []
    )
    language = "en" if (get_language() or "").startswith("en") else "zh"
    found.sort(key=lambda change: not change.where.startswith((language, "tick")))  # the reader's own language first
    context = {"version": version, "before": before, "changes": found}
    return render(request, "consent/changes.html", context)


@public_door()
@require_GET
def kept(request: HttpRequest, code: str, number: int, language: str) -> HttpResponse:
    """The page as it was the day it was published, byte for byte (B5, B11)."""
    return HttpResponse(bytes(_copy(code, number, language).page), content_type="text/html; charset=utf-8")


@public_door()
@require_GET
def form_to_print(request: HttpRequest, code: str, number: int, language: str) -> HttpResponse:
    """The authorisation as a form to print and sign, with the code that binds it to these words (C7)."""
    answer = HttpResponse(bytes(_copy(code, number, language).form), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{code}-v{number}-{language}.pdf"'
    return answer


def _published(code: str, number: int) -> NoticeVersion:
    rows = NoticeVersion.objects.filter(published_at__isnull=False).select_related("notice")
    return get_object_or_404(rows, notice__code=code, number=number)


def _copy(code: str, number: int, language: str) -> NoticeCopy:
    """404 for what was published before copies were kept, and for no language of ours."""
    return get_object_or_404(NoticeCopy, version__notice__code=code, version__number=number, language=language)
