"""Forms of the person's own page, and of the desk that answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import ContactWindow, RightsRequest
from consent.requests.asking import LONGEST
from consent.rules import CLOSES, OPENS
from consent.windows import Window
from vault import names
from vault.forms import CHOOSE, StrictForm

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

    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean(self) -> dict[str, str]:
        """Some requests are nothing without words."""
        told: dict[str, str] = self.cleaned_data
        needs = (Kind.CORRECTION, Kind.SUPPLEMENT, Kind.EXPLANATION, Kind.COMPLAINT, Kind.RELATIVE)
        if not self.errors and told["kind"] in needs and not told["words"]:
            self.add_error("words", _("Please say in a sentence what it is about."))
        return told


class WindowForm(StrictForm):
    """When a person wants to be reached; whole hours between nine and nine."""

    hour_from = forms.TypedChoiceField(
        label=_("From this hour on"), coerce=int, choices=[(h, f"{h:02}:00") for h in range(OPENS, CLOSES)]
    )
    hour_to = forms.TypedChoiceField(
        label=_("Until this hour"), coerce=int, choices=[(h, f"{h:02}:00") for h in range(OPENS + 1, CLOSES + 1)]
    )
    midday = forms.ChoiceField(
        label=_("From 12:00 to 14:00"),
        choices=[("no", _("leave me in peace")), ("yes", _("you may reach me"))],
        widget=forms.RadioSelect,
    )
    every_day = forms.ChoiceField(
        label=_("Weekends and holidays"),
        choices=[("no", _("leave me in peace")), ("yes", _("you may reach me"))],
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        told: dict[str, Any] = self.cleaned_data
        if not self.errors and told["hour_from"] >= told["hour_to"]:
            self.add_error("hour_to", _("It ends before it begins; please choose a later hour."))
        return told

    def window(self) -> Window:
        """What was chosen."""
        told = self.cleaned_data
        return Window(told["hour_from"], told["hour_to"], told["midday"] == "yes", told["every_day"] == "yes")


def chosen(row: ContactWindow | None) -> dict[str, Any]:
    """What the form of a window shows first: what stands, else what the office does by itself."""
    told = (row.hour_from, row.hour_to, row.midday, row.every_day) if row else (OPENS, CLOSES, False, False)
    hour_from, hour_to, midday, every_day = told
    yes = {True: "yes", False: "no"}
    return {"hour_from": hour_from, "hour_to": hour_to, "midday": yes[midday], "every_day": yes[every_day]}


class AnswerForm(StrictForm):
    """What is told to somebody whose request was done."""

    words = WordsField(label=_("Answer to the person"))


class RefusalForm(StrictForm):
    """Why a request is refused, for the desk and for the person."""

    ground = forms.ChoiceField(label=_("Ground"), choices=[("", CHOOSE), *(c for c in RightsRequest.Ground.choices if c[0])])
    words = WordsField(label=_("Reason, told to the person"))


class TakenForm(AskForm):
    """A request that came by another road than the person's own page."""

    road = forms.ChoiceField(
        label=_("How did it reach us?"), choices=[c for c in RightsRequest.Road.choices if c[0] not in ("own_page", "public")]
    )
    once = None  # type: ignore[assignment]  # Django takes the field away by that; a colleague's clicks are theirs
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
