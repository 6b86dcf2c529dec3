"""The form that somebody ticks and signs on a colleague's screen."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import promises
from consent.models import NoticePurpose
from contacts.intake import signing
from vault.forms import StrictForm

SENTENCES: dict[str, Promise] = {
    "none": _("Please sign in the field."),
    "small": _("The signature is too small to be one; please sign over the whole field."),
    "long": _("The signature is too long; please clear the field and sign again."),
    "stands": _("One of these stands already, rests or was refused: only the person's own phone changes that."),
    "leaving": _("The day of this person has come; they leave with the next sweep."),
    "unticked": _("Nothing is ticked, so there is nothing to sign."),
}


class SignForm(StrictForm):
    """Boxes, none of them ticked, and the strokes of a hand."""

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
