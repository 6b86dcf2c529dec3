"""The form by which a recording comes in: how old they said they are, what was read out, when, and the file."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import promises
from consent.models import NoticePurpose
from consent.models.subject import Age
from consent.speech import decoding
from consent.speech.decoding import Speech
from consent.speech.kinds import SpeechRefused
from contacts.forms.signing import AgedForm
from vault.forms import MinuteField

SENTENCES: dict[str, Promise] = {
    "large": _("The file is larger than 16 MB. Please record less, or at a lower quality."),
    "kind": _("Please choose a recording as WAV, MP3, M4A (AAC) or Ogg (Opus, Vorbis), with one sound track."),
    "damaged": _("The file cannot be read as sound; it is damaged or not what its name says."),
    "heavy": _("The file takes too long to read. Please save it again as MP3 or M4A."),
    "long": _("The recording is longer than ten minutes. Please keep the part in which you ask and the person answers."),
    "short": _("The recording is shorter than two seconds; nobody can have been asked anything in it."),
    "silent": _("Nothing is heard in this recording."),
    "unticked": _("Nothing is ticked, so there is nothing that the person agreed to."),
    "leaving": _("The day of this person has come; they leave with the next sweep."),
    "time": _("These words were published later, or the day is more than thirty days back or in the future."),
    "stands": _("One of these stands already, rests or was refused: only the person's own phone changes that."),
    "form": _("What must be agreed to separately, or in writing, is not agreed to aloud."),
    "minor": _("This person says they are under 18: nothing is asked of them, and nothing of it counts."),
    "known": _("This recording is kept already, for other words. Please record each conversation by itself."),
}
ACCEPTED = "audio/wav,audio/mpeg,audio/mp4,audio/aac,audio/ogg,.wav,.mp3,.m4a,.aac,.ogg,.opus"


class SpeechForm(AgedForm):
    """An age; boxes, none of them ticked; the minute of the conversation; one file."""

    age = forms.ChoiceField(
        label=_("How old does the person say they are?"),
        choices=Age.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what they answered. Who was not asked how old they are cannot agree.")},
    )
    ticks = forms.MultipleChoiceField(label=_("Read out and agreed to"), required=False, widget=forms.CheckboxSelectMultiple)
    spoken_at = MinuteField(label=_("When it was recorded"))
    file = forms.FileField(
        label=_("Recording"),
        help_text=_("WAV, MP3, M4A or Ogg, at most ten minutes and 16 MB. It is made anew without anything the phone added."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, ticks: list[NoticePurpose], **kwargs: Any) -> None:
        """Offer the boxes of the version that was read, in the reader's language."""
        super().__init__(*args, **kwargs)
        self.offered = {str(tick.pk): tick for tick in ticks}
        choices = [(pk, promises.spoken(tick)) for pk, tick in self.offered.items()]
        self.fields["ticks"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> Speech:
        """The samples, or a sentence that says what is taken."""
        try:
            return decoding.speech_of(self.cleaned_data["file"].read())
        except SpeechRefused as refused:
            raise forms.ValidationError(str(SENTENCES[refused.word])) from None

    def chosen(self) -> list[NoticePurpose]:
        """The boxes that were ticked."""
        return [self.offered[pk] for pk in dict.fromkeys(self.cleaned_data["ticks"])]
