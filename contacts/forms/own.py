"""Forms of the person's own page, and of the desk that answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import RightsRequest
from consent.requests.asking import LONGEST
from vault import names
from vault.forms import StrictForm

Kind = RightsRequest.Kind


class WordsField(forms.CharField):
    """Words of a person, several lines, kept sealed; a sentence for what is no text."""

    def __init__(self, **how: Any) -> None:
        """The longest request there is, in a box of five lines."""
        super().__init__(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}), **how)

    def clean(self, value: object) -> str:
        """The cleaned words."""
        try:
            return names.clean_note(super().clean(value), LONGEST)
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None


class AskForm(StrictForm):
    """What a person asks for, in their own words if they like."""

    kind = forms.ChoiceField(label=_("What would you like?"), choices=Kind.choices, widget=forms.RadioSelect)
    words = WordsField(
        label=_("In your words"),
        required=False,
        help_text=_("For a correction: what is wrong, and what is right. No papers are needed; your number is enough."),
    )

    def clean(self) -> dict[str, str]:
        """Some requests are nothing without words."""
        told: dict[str, str] = self.cleaned_data
        needs = (Kind.CORRECTION, Kind.SUPPLEMENT, Kind.EXPLANATION, Kind.COMPLAINT, Kind.RELATIVE)
        if not self.errors and told["kind"] in needs and not told["words"]:
            self.add_error("words", _("Please say in a sentence what it is about."))
        return told


class AnswerForm(StrictForm):
    """What is told to somebody whose request was done."""

    words = WordsField(label=_("Answer to the person"))


class RefusalForm(StrictForm):
    """Why a request is refused, for the desk and for the person."""

    ground = forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *(c for c in RightsRequest.Ground.choices if c[0])])
    words = WordsField(label=_("Reason, told to the person"))


class TakenForm(AskForm):
    """A request that came by another road than the person's own page."""

    road = forms.ChoiceField(
        label=_("How did it reach us?"), choices=[c for c in RightsRequest.Road.choices if c[0] not in ("own_page", "public")]
    )
    field_order = ("road", "kind", "words")


class CorrectionForm(StrictForm):
    """What is right; a field left empty stays as it is."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    company = forms.CharField(label=_("Company"), max_length=80, required=False)
    title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    wechat = forms.CharField(label=_("WeChat"), max_length=80, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """No browser remembers what is typed here."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def told(self) -> dict[str, str]:
        """The texts that were filled in."""
        return {name: text for name, text in self.cleaned_data.items() if text}
