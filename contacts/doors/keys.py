"""The admin's page about keys: where each stands, who holds which, what comes next; nothing is done from here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from contacts.keys import standing
from team.doors import StaffRequest, door


@door(roles=("admin",))
@require_GET
def keys_page(request: StaffRequest) -> HttpResponse:
    """State, age and count of each key, the workers, and the commands to run on the server."""
    at = timezone.now()
    context = {
        "rows": standing.rows(at=at),
        "workers": standing.workers(at=at),
        "problems": list(standing.problems(at=at, people=False)),
    }
    return render(request, "contacts/keys/keys.html", context)
