"""Forms of the people pages: reveal, withdrawal, outcome, search, saved view."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import scanning
from consent.speech import decoding, kinds
from consent.speech.decoding import Speech
from consent.speech.kinds import SpeechRefused
from contacts.forms import speech as recorded
from contacts.forms.papers import ACCEPTED, PROBLEMS
from contacts.models import CallAttempt
from vault.forms import DayField, LineField, StrictForm

REVEAL_REASONS = [
    ("reveal_call_by_hand", _("I am about to call by hand")),
    ("reveal_callback", _("The person asked me to call back now")),
    ("reveal_check", _("I am checking the number with the person or their paper")),
]


class RevealForm(StrictForm):
    """Why the number is to be shown."""

    phone = forms.UUIDField(widget=forms.HiddenInput)
    action = forms.ChoiceField(label=_("Reason"), choices=REVEAL_REASONS, widget=forms.RadioSelect)


class WithdrawForm(StrictForm):
    """What is to stop, everything unless the person said otherwise, and how they told us."""

    scope = forms.ChoiceField(label=_("What is to stop?"), required=False, widget=forms.RadioSelect)

    method = forms.ChoiceField(
        label=_("How did the person tell us?"),
        choices=[("spoken", _("in a call or face to face")), ("letter", _("by letter or message"))],
        widget=forms.RadioSelect,
        initial="spoken",
    )

    file = forms.FileField(
        label=_("The letter or the recording, if there is one"),
        help_text=_(
            "A picture or a PDF of at most ten pages and 10 MB, or a recording (WAV, MP3, M4A, Ogg) of at most ten minutes and "
            "16 MB. It is made anew without anything the device added. Whatever becomes of the file, the no counts."
        ),
        widget=forms.FileInput(attrs={"accept": f"{ACCEPTED},{recorded.ACCEPTED}"}),
        required=False,
        allow_empty_file=True,  # proves nothing, as any other that is not taken
    )

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]], weight: int = 0, **kwargs: Any) -> None:
        """Offer everything, and each consent that can still be stopped as (purpose/channel, words).

        `weight` is how many bytes were sent: of too many no file is read at all, and that is said too.
        """
        super().__init__(*args, **kwargs)
        everything = _("Everything: no calls, no messages, no passing on, for the whole office")
        self.fields["scope"].choices = [("", everything), *parts]  # type: ignore[attr-defined]
        self.unkept: Promise | str = ""  # why a file that came along is not kept
        self.dropped = weight > settings.MAX_UPLOAD_BYTES

    def clean_file(self) -> Speech | list[bytes]:
        """The letter's pages as pictures, or what was said as samples; none where there is none, or none that is taken.

        A file that proves nothing takes nobody's no away: `unkept` says why it is not kept (D1, D4).
        """
        sent, aloud = self.cleaned_data["file"], self.cleaned_data.get("method") == "spoken"
        if self.dropped:
            self.unkept = recorded.SENTENCES["large"] if aloud else PROBLEMS["large"]
        try:
            return _proof(sent.read()) if sent else []
        except scanning.ScanRefused as refused:
            unknown, why = refused.word == "kind" and aloud, PROBLEMS[refused.word]
            self.unkept = recorded.SENTENCES["kind"] if unknown else why
        except SpeechRefused as refused:
            unknown, why = refused.word in ("kind", "damaged") and not aloud, recorded.SENTENCES[refused.word]
            self.unkept = PROBLEMS["kind"] if unknown else why
        return []

    def chosen(self) -> set[tuple[str, str]] | None:
        """The purpose and channel to stop; None for everything."""
        purpose, _slash, channel = self.cleaned_data["scope"].partition("/")
        return {(purpose, channel)} if channel else None


def _proof(data: bytes) -> Speech | list[bytes]:
    """What a file is by its first bytes: a recording, else a letter. Raises SpeechRefused, ScanRefused."""
    try:
        kinds.kind_of(data)
    except SpeechRefused:
        return scanning.pages_of(data)
    return decoding.speech_of(data)


class OutcomeForm(StrictForm):
    """What came of a call."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=CallAttempt.Outcome.choices)
    later_on = DayField(required=False)


class SearchForm(StrictForm):
    """One box: a name, a whole number, or the last four digits."""

    q = forms.CharField(label=_("Name, whole number or last four digits"), max_length=60)


class ViewForm(StrictForm):
    """A name for the filters on screen."""

    beside = frozenset({"query"})
    name = LineField(label=_("Name of the view"), max_length=40)
