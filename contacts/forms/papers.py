"""The form by which signed paper comes in, and why a file is no paper."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vault.forms import StrictForm

PROBLEMS: dict[str, Promise] = {
    "large": _("The file is larger than 10 MB, or the picture has more than 40 million pixels."),
    "kind": _("Please choose a picture (JPEG, PNG, WebP, TIFF) or a PDF."),
    "pages": _("A paper has one to ten pages; please scan it as a PDF, or page by page."),
    "locked": _("The PDF is locked with a password. Please save it without one."),
    "damaged": _("The file cannot be read as a picture; it is damaged or not what its name says."),
}
ACCEPTED = "image/jpeg,image/png,image/webp,image/tiff,application/pdf"


class PaperForm(StrictForm):
    """One file: a picture or a PDF."""

    file = forms.FileField(
        label=_("Photograph or scan of the signed paper"),
        help_text=_("A picture or a PDF of at most ten pages and 10 MB. It is drawn anew without anything the camera added."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
