"""Icons for pages: inline SVG from lucide, so that a strict content policy holds."""

import lucide
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon, hidden from screen readers; the words beside it speak."""
    try:
        svg = lucide._render_icon(name, 18, **{"class": "icon", "aria_hidden": "true"})
    except Exception:  # noqa: BLE001 - a missing icon must never break a page
        return mark_safe("")  # noqa: S308
    return mark_safe(svg)  # noqa: S308
