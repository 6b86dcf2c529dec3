"""The form by which receipts come in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contacts.models import Event
from vault.forms import StrictForm

MOST = 50  # files at a time; the command takes a folder


class _Files(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """At least one file, at most fifty."""

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """Each file as it came."""
        files = [super(_FilesField, self).clean(file, initial) for file in data or [None]]
        if len(files) > MOST:
            raise forms.ValidationError(_("At most fifty files at a time; the command receipts-import takes a whole folder."))
        return files


class ReceiptsForm(StrictForm):
    """Receipts, and the event by which they came."""

    beside = frozenset({"check", "take"})
    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none())
    receipts = _FilesField(label=_("Receipts"), widget=_Files(attrs={"accept": ".json"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every event, the newest first."""
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        field.queryset = Event.objects.order_by("-held_on", "name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda event: f"{event.name} · {event.held_on:%Y-%m-%d}"  # type: ignore[attr-defined]
