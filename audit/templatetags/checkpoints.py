"""A checkpoint as a picture that a phone can read, so that paper can be compared without typing."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def note_code(note: str) -> SafeString:
    """The signed note, byte for byte, as a QR code in the page."""
    title = _("The checkpoint, for a phone's camera")
    drawn = segno.make(note, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", title=title)
    return mark_safe(drawn)  # noqa: S308
