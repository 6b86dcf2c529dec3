"""The address of a receipt as a picture that a phone can read."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def address_code(address: str) -> SafeString:
    """The address as a QR code in the page, so that paper leads back to the stop button."""
    title = _("The same address, for a phone's camera")
    drawn = segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", title=title)
    return mark_safe(drawn)  # noqa: S308
