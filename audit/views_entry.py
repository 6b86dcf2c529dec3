"""The page of one entry: its bytes, its place, its proof, and how its content may be taken out by two people."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import proving, reading, redacting, trail
from audit.models import Entry, Redaction
from audit.views import user_of

State = Redaction.State


@never_cache
@require_safe
def entry(request: HttpRequest, eid: UUID) -> HttpResponse:
    """Show one entry as people and as machines read it; the look itself is an entry."""
    found = get_object_or_404(Entry, eid=eid)
    trail.record_alone("audit.search", by=user_of(request), at=timezone.now(), subject=found.subject)
    wish = Redaction.objects.filter(seq=found.seq).order_by("-asked_at").first()
    context = {
        "entry": found,
        "line": reading.lines([found])[0],
        "text": found.content.decode("ascii", "replace"),
        "leaf_hash": bytes(found.leaf_hash).hex(),
        "proof": proving.inclusion(found),
        "wish": wish,
        "reasons": Redaction.Why.choices,
        "may_ask": wish is None or wish.state == State.REFUSED,
        "may_decide": wish is not None and wish.state == State.ASKED and wish.asked_by != user_of(request).pk,
    }
    return render(request, "audit/entry.html", context)


@never_cache
@require_safe
def proof(request: HttpRequest, eid: UUID) -> HttpResponse:
    """The proof that this entry stands in the trail, as a file (C2SP tlog-proof); 404 while there is none."""
    found = get_object_or_404(Entry, eid=eid)
    proven = proving.inclusion(found)
    if proven is None:
        raise Http404
    trail.record_alone("audit.search", by=user_of(request), at=timezone.now(), subject=found.subject)
    response = HttpResponse(proven.text(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{eid}.tlog-proof"'
    return response


@never_cache
@require_POST
def take_out(request: HttpRequest, eid: UUID) -> HttpResponse:
    """Ask that the content of this entry goes, or decide as the second person; 400 on anything else."""
    found = get_object_or_404(Entry, eid=eid)
    why, answer, by, at = request.POST.get("why"), request.POST.get("answer"), user_of(request), timezone.now()
    wish = Redaction.objects.filter(seq=found.seq, state=State.ASKED).first()
    try:
        if answer in ("yes", "no") and wish:
            redacting.decide(redaction_id=wish.pk, yes=answer == "yes", by=by, at=at)
        elif why in Redaction.Why.values:
            redacting.ask(eid=eid, why=why, by=by, at=at)
        else:
            raise BadRequest
    except redacting.RedactionRefused as refused:
        messages.error(request, SENTENCES[refused.word]())
    return redirect("audit_entry", eid)


SENTENCES = {
    "waiting": lambda: _("This entry is not sealed yet. Try again in a minute."),
    "again": lambda: _("Somebody has asked for it already."),
    "gone": lambda: _("This was decided already."),
    "same_person": lambda: _("You asked for it yourself; somebody else must decide."),
    "nobody": lambda: _("Nobody is signed in."),
}
