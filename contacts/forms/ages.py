"""Forms about age: what a person says, what a guardian signed, and why somebody reads the list of minors."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit import verbs
from consent.models import Guardian, PaperPage
from consent.models.subject import Age
from contacts import minors_looks
from vault import names
from vault.forms import DayField, StrictForm


class AgeForm(StrictForm):
    """The bracket the person names; no date of birth."""

    age = forms.ChoiceField(
        label=_("How old does the person say they are?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose from the list.")},
    )

    def __init__(self, *args: Any, ages: list[str], **kwargs: Any) -> None:
        """Offer what this reader may note."""
        super().__init__(*args, **kwargs)
        self.fields["age"].choices = [choice for choice in Age.choices if choice[0] in ages]  # type: ignore[attr-defined]


class GuardianForm(StrictForm):
    """Who agreed for a child, on which paper, and until when."""

    relation = forms.ChoiceField(label=_("What they are to the child"), choices=Guardian.Relation.choices)
    name = forms.CharField(
        label=_("Name of the guardian"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Please fill in the name.")},
    )
    paper = forms.ChoiceField(label=_("The paper that the guardian signed"))
    until = DayField(label=_("Agreed until"), help_text=_("A year at most; then the guardian is asked again."))

    def __init__(self, *args: Any, pages: list[PaperPage], **kwargs: Any) -> None:
        """Offer the papers that are kept of this person, newest first."""
        super().__init__(*args, **kwargs)
        firsts = [page for page in reversed(pages) if page.number == 1]
        papers = [(str(page.paper), f"{page.created_at:%Y-%m-%d %H:%M} · {page.added_by.display_name}") for page in firsts]
        self.fields["paper"].choices = papers  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """A clean name, or a sentence."""
        try:
            return names.clean_name(self.cleaned_data["name"])
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None


class ReasonForm(StrictForm):
    """Why the list of minors is read."""

    reason = forms.ChoiceField(
        label=_("Why do you want to read this list?"),
        choices=[(code, verbs.reason_label(code)) for code in minors_looks.REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose from the list.")},
    )
