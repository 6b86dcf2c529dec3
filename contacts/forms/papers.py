"""The form by which signed paper comes in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PaperForm(forms.Form):
    """One file: a picture or a PDF."""

    file = forms.FileField(
        label=_("Photograph or scan of the signed paper"),
        help_text=_("A picture or a PDF of at most ten pages and 10 MB. It is drawn anew without anything the camera added."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/tiff,application/pdf"}),
    )
