"""Forms of the ways in: the visitor's form, the quick note, a new event."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.models import NoticePurpose
from vault import names, phone


class PersonForm(forms.Form):
    """Name and number, read strictly; nothing else about a person."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    number = forms.CharField(
        label=_("Mobile number"),
        max_length=400,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_name(self) -> str:
        """A clean name, or a sentence."""
        try:
            return names.clean_name(self.cleaned_data["name"])
        except names.TextRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None

    def clean_number(self) -> phone.Number:
        """One person's number, or a sentence."""
        try:
            return phone.normalise(self.cleaned_data["number"])
        except phone.PhoneRefused as refused:
            raise forms.ValidationError(str(refused.sentence)) from None


class VisitorForm(PersonForm):
    """The visitor's form: name, number, and an unticked box per purpose and channel (A4, C1)."""

    ticks = forms.MultipleChoiceField(label=_("I agree to"), required=False, widget=forms.CheckboxSelectMultiple)
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticks: list[NoticePurpose], **kwargs: Any) -> None:
        """Offer this event's ticks in the reader's language."""
        super().__init__(*args, **kwargs)
        english = (get_language() or "").startswith("en")
        self.offered = {str(tick.pk): tick for tick in ticks}
        choices = [(pk, tick.tick_en if english else tick.tick_zh) for pk, tick in self.offered.items()]
        self.fields["ticks"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> list[NoticePurpose]:
        """The ticks the visitor set."""
        return [self.offered[pk] for pk in self.cleaned_data["ticks"]]


class QuickForm(PersonForm):
    """An advisor's note: two fields and the act of consent."""

    act = forms.ChoiceField(
        label=_("How did they agree?"),
        choices=[
            ("invite", _("They will confirm on their own phone: send the text message")),
            ("assert", _("They told me; I note it (opens nothing but an invitation)")),
        ],
        widget=forms.RadioSelect,
        initial="invite",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start in the first field."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs = {"autofocus": True, "autocomplete": "off"}
        self.fields["number"].widget.attrs = {"inputmode": "tel", "autocomplete": "off"}


class EventForm(forms.Form):
    """A new event."""

    name = forms.CharField(label=_("Event"), max_length=80)
    place = forms.CharField(label=_("Place"), max_length=80)
    held_on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))


class CodeForm(forms.Form):
    """The code from the visitor's phone."""

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )
