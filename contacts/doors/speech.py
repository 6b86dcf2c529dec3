"""Recorded speech of one person: added by whoever spoke with them, heard by whoever may open evidence, each on record (C6)."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from consent import evidence_files, notices
from consent.models import NoticeVersion, Recording, RefusalRecording
from consent.models.notice import Form
from consent.showing import script
from contacts import looking, minors, visibility
from contacts.doors import ages, returning
from contacts.forms.speech import SENTENCES, SpeechForm
from contacts.intake import speaking
from contacts.models import Contact
from team.doors import StaffRequest, door

WATCHERS = ("advisor", "lead", "compliance")
USERS = ("advisor", "lead")
RANGE = re.compile(r"bytes=([0-9]{1,9})-([0-9]{0,9})", re.ASCII)


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def speech_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The words to be read out, and one more recording; 400 with a sentence for what is none, and nothing is kept."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    version, language = _version(request, contact), _language()
    ticks = list(version.purposes.filter(purpose__form=Form.GENERAL).select_related("version").order_by("order"))
    first = {"spoken_at": timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")}
    form = SpeechForm(request.POST or None, request.FILES or None, ticks=ticks, initial=first)
    if form.minor:
        stays = minors.said_so(contact=contact, age=form.minor, by=request.user, at=at)
        messages.success(request, str(ages.NOTED if stays else ages.LEAVES))
        return returning.to_person(request, pk)  # nothing of the recording is read
    if form.is_bound and form.is_valid():
        said = {"speech": form.cleaned_data["file"], "spoken_at": form.cleaned_data["spoken_at"], "language": language}
        try:
            speaking.keep(contact=contact, version=version, ticks=form.chosen(), **said, by=request.user, at=at)
        except speaking.NotKept as refused:
            form.add_error({"time": "spoken_at", "minor": "age"}.get(refused.code, "ticks"), str(SENTENCES[refused.code]))
        else:
            messages.success(request, _("Kept, sealed under this person's key. It counts once compliance has listened to it."))
            return redirect("papers", pk)
    card = looking.at_one(contact, by=request.user, at=at)
    context = {"card": card, "form": form, "version": version, "script": script.of(version, ticks, language)}
    context["versions"] = notices.published().filter(notice=version.notice_id)
    return render(request, "contacts/people/speech.html", context, status=400 if form.is_bound else 200)


@door(roles=WATCHERS)
@require_GET
def recording(request: StaffRequest, pk: UUID, sound: UUID) -> HttpResponse:
    """One recording, of a yes or a no, or the part that a player asks for, for who may open evidence (I4); on record first."""
    contact = visibility.one(request.user, pk)
    if not evidence_files.may_open(request.user, at=timezone.now()):
        raise Http404
    said_no = RefusalRecording.objects.filter(pk=sound, subject_id=contact.pk).first()
    row = said_no or get_object_or_404(Recording, pk=sound, subject_id=contact.pk)
    answer = _part(evidence_files.show(row, by=request.user, at=timezone.now()), request.headers.get("Range", ""))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    answer["Accept-Ranges"] = "bytes"
    return answer


def _part(content: bytes, asked: str) -> HttpResponse:
    """All of it, or one range: Safari plays nothing that it cannot ask for in parts."""
    found = RANGE.fullmatch(asked)
    if found is None:
        return HttpResponse(content, content_type="audio/wav")
    start, end = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    told = {"Content-Range": f"bytes {start}-{end}/{len(content)}"}
    return HttpResponse(content[start : end + 1], content_type="audio/wav", status=206, headers=told)


def _version(request: StaffRequest, contact: Contact) -> NoticeVersion:
    """The published version that is read out: the newest of what this person's event shows, or the one that was chosen."""
    code = contact.event.notice_version.notice.code
    asked = request.GET.get("version", "")
    rows = notices.published().filter(notice__code=code)
    if asked:
        return get_object_or_404(rows, number=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0)
    return notices.current(code)


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"
