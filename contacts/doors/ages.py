"""Age of one person, and a guardian's yes (C12)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from consent import ages, guardians
from consent.models import Guardian, PaperPage
from consent.models.subject import MINORS, Age
from contacts import looking, minors, visibility
from contacts.doors import returning
from contacts.forms.ages import AgeForm, GuardianForm
from contacts.models import Contact
from team.doors import StaffRequest, door

WATCHERS = ("advisor", "lead", "compliance")
COMPLIANCE = ("compliance",)
SENTENCES: dict[str, Promise] = {
    "looser": gettext_lazy("That the person is older than was noted, compliance notes alone."),
    "until": gettext_lazy("Choose a day after today and within a year."),
    "own": gettext_lazy("You added this paper yourself; a colleague looks at it."),
    "unopened": gettext_lazy("Open every page of that paper first, under the signed paper of this person."),
    "paper": gettext_lazy("That paper is no longer kept; please add it again."),
}
NOTED = gettext_lazy("Noted.")
LEAVES = gettext_lazy("No guardian has agreed on paper: every consent is invalid now; the person leaves with the next sweep.")


@door(roles=WATCHERS)
@require_http_methods(["GET", "POST"])
def age(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Note how old the person says they are; a child without a guardian leaves. 400 for what is not noted."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    may = [str(one) for one in Age.values if request.user.role in COMPLIANCE or one in MINORS]
    form = AgeForm(request.POST if request.method == "POST" else None, ages=may)
    if form.is_bound and form.is_valid():
        try:
            stays = minors.declare(contact=contact, age=form.cleaned_data["age"], by=request.user, at=at)
        except ages.AgeRefused as refused:
            form.add_error("age", str(SENTENCES[refused.code]))
        else:
            messages.success(request, str(NOTED if stays else LEAVES))
            return returning.to_person(request, pk)
    return _page(request, contact, form, GuardianForm(pages=_pages(contact)))


@door(roles=COMPLIANCE)
@require_http_methods(["POST"])
def guardian(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Accept what a guardian signed, after a look at it. 400 with a sentence for what is not accepted."""
    contact, at = visibility.one(request.user, pk), timezone.now()
    form = GuardianForm(request.POST, pages=_pages(contact))
    if form.is_valid():
        try:
            minors.accept(contact=contact, **form.cleaned_data, by=request.user, at=at)
        except guardians.GuardianRefused as refused:
            form.add_error("paper" if refused.code in ("paper", "own", "unopened") else "until", str(SENTENCES[refused.code]))
        else:
            messages.success(request, _("Accepted. The child may be kept until that day; nobody calls or writes to them."))
            return redirect("age", pk)
    return _page(request, contact, AgeForm(ages=Age.values), form)


def _pages(contact: Contact) -> list[PaperPage]:
    rows = PaperPage.objects.filter(subject_id=contact.pk, file_key__isnull=False, letter=None)
    return list(rows.select_related("added_by").order_by("created_at", "number"))


def _page(request: StaffRequest, contact: Contact, form: AgeForm, guardian_form: GuardianForm) -> HttpResponse:
    at = timezone.now()
    context = {
        "card": looking.at_one(contact, by=request.user, at=at),
        "person": contact.subject,
        "form": form,
        "guardian_form": guardian_form if request.user.role in COMPLIANCE else None,
        "agreed": Guardian.objects.filter(subject_id=contact.pk).select_related("reviewed_by").order_by("-valid_until"),
    }
    return render(request, "contacts/people/age.html", context, status=400 if form.errors or guardian_form.errors else 200)
