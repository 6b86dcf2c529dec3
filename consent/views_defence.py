"""The desk from which compliance proves a consent: find the person, even one who left, and take the file (O4)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit import stored
from audit.export import NothingSealed
from consent import evidence_files
from consent.defence import file
from consent.models import Handle, Subject
from consent.stores.store import StoreAway
from consent.views import NumberForm
from team.doors import StaffRequest, door
from vault import index
from vault.errors import KeyringRefused

COMPLIANCE = ("compliance",)
MOST = 50


@door(roles=COMPLIANCE, second_factor=True, rate=(60, 3600))  # asked before the number, not after it is found
@require_http_methods(["GET", "POST"])
def desk(request: StaffRequest) -> HttpResponse:
    """Look up a whole number, on record: everybody who bore it, here or gone, by their id (D8, O4)."""
    form, found = NumberForm(request.POST if request.method == "POST" else None), None
    if digits := form.looked_up(request.user):
        bearers = Handle.objects.filter(fingerprint=index.fingerprint(digits)).values("subject")
        found = _found(list(Subject.objects.filter(pk__in=bearers).order_by("-created_at")[:MOST]))
    at = timezone.now()
    context: dict[str, Any] = {"form": form if form.errors else NumberForm(), "found": found, "today": at}
    if found and evidence_files.may_open(request.user, at=at):
        context["with_files"] = evidence_files.owners([person.pk for person, _unsealed in found])
    return render(request, "consent/defence.html", context, status=400 if form.errors else 200)


def _found(people: list[Subject]) -> list[tuple[Subject, int]]:
    """Each of them, with how many entries the trail in a file taken now would lack, since they are not sealed yet."""
    waiting = stored.unsealed([person.pk for person in people])
    return [(person, waiting[person.pk]) for person in people]


@door(roles=COMPLIANCE, second_factor=True, rate=(60, 3600))
@require_POST
def take(request: StaffRequest, subject: UUID) -> HttpResponse:
    """The defence file of this person as a zip, with papers and recordings if asked; 404 for an id that nobody ever bore."""
    at = timezone.now()
    files = "files" in request.POST and bool(evidence_files.owners([subject]))  # none there is none to ask for
    try:
        made = file.of(subject, by=request.user, at=at, files=files)
    except (file.NobodyThere, file.MayNotOpen):
        raise Http404 from None
    except NothingSealed:
        messages.error(request, _("Nothing is sealed yet. Try again in a minute."))
        return redirect("defence")
    except KeyringRefused:
        messages.error(request, _("This office has no key that signs receipts, and nothing is proven without a signature."))
        return redirect("defence")
    except StoreAway:
        messages.error(request, _("The store of the papers does not answer. Try again, or take the file without them."))
        return redirect("defence")
    answer = HttpResponse(made, content_type="application/zip")
    name = f"consent-{str(subject)[:8]}-{at:%Y%m%d}{'-papers' if files else ''}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
