"""Whether a person is a client: what statutory keeps stand on (law.md §4.2)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts import clients, looking, visibility
from contacts.forms.leaving import ClientForm
from team.doors import StaffRequest, door


@door(roles=("advisor", "lead", "compliance"))
@require_http_methods(["GET", "POST"])
def mark(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Say since when this person is a client and until when they were; both empty takes it back."""
    contact, at = visibility.one(request.user, pk, stored=True), timezone.now()
    stands = {"client_since": contact.client_since, "client_until": contact.client_until}
    form = ClientForm(request.POST or None, initial=stands)
    if request.method == "POST" and form.is_valid():
        since, until = form.cleaned_data["client_since"], form.cleaned_data["client_until"]
        try:
            clients.mark(contact=contact, since=since, until=until, by=request.user, at=at)
        except clients.ClientRefused:
            form.add_error(None, _("The relationship begins before it ends, and neither lies in the future."))
        else:
            messages.success(request, _("Noted. The end dates follow from it."))
            return redirect("contact", pk)
    card = looking.at_one(contact, by=request.user, at=at)
    status = 400 if form.errors else 200
    return render(request, "contacts/leaving/client.html", {"form": form, "card": card}, status=status)
