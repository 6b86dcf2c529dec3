"""The form that somebody ticks and signs on a colleague's screen, and how old they say they are."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import promises
from consent.models import NoticePurpose
from consent.models.subject import Age
from contacts.intake import signing
from vault.forms import StrictForm

SENTENCES: dict[str, Promise] = {
    "none": _("Please sign in the field."),
    "small": _("The signature is too small to be one; please sign over the whole field."),
    "long": _("The signature is too long; please clear the field and sign again."),
    "stands": _("One of these stands already, rests or was refused: only the person's own phone changes that."),
    "leaving": _("The day of this person has come; they leave with the next sweep."),
    "unticked": _("Nothing is ticked, so there is nothing to sign."),
    "minor": _("It was noted that you are under 18, so nothing of yours is asked or signed here."),
}


class AgedForm(StrictForm):
    """A form that asks, before anything else, how old somebody is (C12, PIPL 31)."""

    age: forms.ChoiceField

    @property
    def minor(self) -> str:
        """The bracket, where whoever sent it says they are under 18: then nothing else in it is looked at."""
        said = self.data.getlist("age") if self.is_bound else []  # type: ignore[attr-defined]
        return str(next((bracket for bracket in (Age.CHILD, Age.YOUTH) if bracket in said), ""))


class SignForm(AgedForm):
    """An age, boxes, none of them ticked, and the strokes of a hand."""

    age = forms.ChoiceField(
        label=_("How old are you?"),
        choices=[("adult", _("I am 18 or older")), ("youth", _("I am 14 to 17")), ("child", _("I am under 14"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say how old you are. Nothing has been signed yet.")},
    )
    ticks = forms.MultipleChoiceField(label=_("I agree to"), required=False, widget=forms.CheckboxSelectMultiple)
    strokes = forms.CharField(max_length=200_000, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ticks: list[NoticePurpose], **kwargs: Any) -> None:
        """Offer the event's ticks in the reader's language."""
        super().__init__(*args, **kwargs)
        self.offered = {str(tick.pk): tick for tick in ticks}
        choices = [(pk, promises.spoken(tick)) for pk, tick in self.offered.items()]
        self.fields["ticks"].choices = choices  # type: ignore[attr-defined]

    def clean_strokes(self) -> Any:
        """The strokes, or a sentence; a signature is never sent back to the page."""
        try:
            return signing.strokes_of(self.cleaned_data["strokes"])
        except signing.SignatureRefused as refused:
            raise forms.ValidationError(str(SENTENCES[refused.code]), params={"proposal": " "}) from None

    def chosen(self) -> list[NoticePurpose]:
        """The ticks that were set."""
        return [self.offered[pk] for pk in dict.fromkeys(self.cleaned_data["ticks"])]
