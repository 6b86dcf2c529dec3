"""Forms of the ways in: the visitor's form, the quick note, a new event."""

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.models import NoticePurpose
from contacts.intake import visiting
from vault import names, phone
from vault.forms import DayField, LineField, StrictForm

TOKEN = re.compile(r"(?!.*\d{11})[\w-]{22}", re.ASCII)  # it becomes part of an address: no number in it


class PersonForm(StrictForm):
    """Name and number, read strictly; nothing else about a person. `remarks` says what was left out or is unusual."""

    remarks: list[Promise]

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
        """One person's number, or a sentence; what needs a look comes back in plain digits, to be sent again."""
        reading = phone.read(self.cleaned_data["number"])
        if reading.proposal:
            self.put("number", reading.proposal)
            raise forms.ValidationError([str(part) for part in (reading.sentence, phone.PROPOSED) if part])
        if reading.problem or len(reading.numbers) != 1:
            raise forms.ValidationError(str(reading.sentence or phone.PROBLEMS["many"]))
        self.remarks = reading.remarks
        return reading.numbers[0]


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
        return [self.offered[pk] for pk in dict.fromkeys(self.cleaned_data["ticks"])]

    def clean(self) -> dict[str, Any]:
        """A token we did not make gets a new one, since it becomes part of an address."""
        if not TOKEN.fullmatch(self.cleaned_data.get("token", "")):
            self.put("token", visiting.form_token())
            raise forms.ValidationError(_("This form was incomplete. Please look it through and send it again."))
        return self.cleaned_data


class QuickForm(PersonForm):
    """An advisor's note: two fields and the act of consent."""

    beside = frozenset({"event"})

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


class EventForm(StrictForm):
    """A new event."""

    name = LineField(label=_("Event"), max_length=80)
    place = LineField(label=_("Place"), max_length=80)
    held_on = DayField(label=_("Date"))


class CodeForm(StrictForm):
    """The code from the visitor's phone."""

    beside = frozenset({"again"})

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )
