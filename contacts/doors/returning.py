"""Where a deed about a person leads back to: their page, or the list once they are only stored (D7)."""

from uuid import UUID

from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from contacts import visibility
from team.doors import StaffRequest


def to_person(request: StaffRequest, pk: UUID) -> HttpResponseRedirect:
    """The person's page, unless this very deed ended their use: a client who refused is nobody's to look at any more."""
    there = visibility.visible(request.user, stored=True).filter(pk=pk).exists()
    return redirect("contact", pk) if there else redirect("contacts")
