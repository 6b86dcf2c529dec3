"""A colleague hands over the screen: the person ticks and signs, and nothing else is asked (C1, C7)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent.views import words_of
from contacts import cards, visibility
from contacts.forms.signing import SENTENCES, SignForm
from contacts.intake import signing
from team.doors import StaffRequest, door

USERS = ("advisor", "lead")


@door(roles=USERS)
@require_http_methods(["GET", "POST"])
def sign(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The notice, its boxes, and a field for the hand; 400 with a sentence for what is no signature, and nothing is kept."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    ticks = signing.ticks_of(contact)
    form = SignForm(request.POST if request.method == "POST" else None, ticks=ticks)
    if form.is_bound and form.is_valid():
        language = "en" if (get_language() or "").startswith("en") else "zh"
        told = {"ticks": form.chosen(), "strokes": form.cleaned_data["strokes"], "language": language}
        try:
            signing.sign(contact=contact, **told, by=request.user, at=at)
        except signing.SignatureRefused as refused:
            form.put("strokes", "")  # a signature is never sent back to the page
            form.add_error("ticks", str(SENTENCES[refused.code]))
        else:
            messages.success(request, _("Signed. It counts once compliance has looked at it."))
            return redirect("papers", pk)
    version = contact.event.notice_version
    context = {
        "form": form,
        "card": cards.of([contact], by=request.user, at=at)[0],
        "words": words_of(version),
        "version": version,
    }
    return render(request, "contacts/people/sign.html", context, status=400 if form.is_bound else 200)
