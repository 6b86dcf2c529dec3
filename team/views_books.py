"""Books as a whole: whose they are, and handing one over to a colleague."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from team import books
from team.doors import StaffRequest, door
from team.forms import HandOverForm
from team.words import REFUSALS

GIVERS = ("admin", "lead")


@door(roles=GIVERS)
@require_GET
def books_page(request: StaffRequest) -> HttpResponse:
    """The books this user may hand over, with their owners."""
    return render(request, "team/books.html", {"books": books.within_reach(request.user)})


@door(roles=GIVERS)
@require_http_methods(["GET", "POST"])
def hand_over(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give one whole book to a colleague, for a reason; it holds from the next request on."""
    book = get_object_or_404(books.within_reach(request.user), pk=pk)
    others = books.receivers(request.user)
    if book.owner is not None:
        others = others.exclude(pk=book.owner.pk)
    stays = book.owner is not None and book.owner.is_active
    form = HandOverForm(request.POST if request.method == "POST" else None, receivers=others, initial={"fresh": stays})
    if form.is_bound and form.is_valid():
        try:
            books.hand_over(book=book, **form.cleaned_data, by=request.user, at=timezone.now())
        except books.BookRefused as refused:
            form.add_error(None, str(REFUSALS[str(refused)]))
        else:
            messages.success(request, _("Handed over. It holds from the next request on."))
            return redirect("books")
    return render(request, "team/hand_over.html", {"book": book, "form": form}, status=400 if form.is_bound else 200)
