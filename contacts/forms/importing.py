"""Forms of the import: the file and its event, and what each column is."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contacts.models import Event
from contacts.sheets import mapping, reading


class UploadForm(forms.Form):
    """A sheet and the event it comes from."""

    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none())
    file = forms.FileField(
        label=_("Sheet"),
        help_text=_("xlsx, xls or csv; at most 20 MB and 100,000 rows. It is sealed on arrival and deleted after 72 hours."),
    )

    def __init__(self, *args: Any, events: Any, **kwargs: Any) -> None:
        """Offer the user's own open events."""
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        field.queryset = events  # type: ignore[attr-defined]
        field.label_from_instance = lambda event: f"{event.name} · {event.held_on:%Y-%m-%d}"  # type: ignore[attr-defined]

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file


class MappingForm(forms.Form):
    """What each column is, and how the file is written."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=[("", "–"), *((e, e) for e in reading.ENCODINGS)], required=False)

    def __init__(self, *args: Any, header: tuple[str, ...], guessed: dict[str, int], **kwargs: Any) -> None:
        """One choice per role."""
        super().__init__(*args, **kwargs)
        columns = [("", "–"), *((str(n), name or f"#{n + 1}") for n, name in enumerate(header))]
        for role, label in mapping.ROLES.items():
            self.fields[f"role_{role}"] = forms.ChoiceField(
                label=str(label), choices=columns, required=False, initial=str(guessed.get(role, ""))
            )

    def roles(self) -> dict[str, int]:
        """Role → column, as confirmed."""
        chosen = {role: self.cleaned_data[f"role_{role}"] for role in mapping.ROLES}
        return {role: int(column) for role, column in chosen.items() if column}
