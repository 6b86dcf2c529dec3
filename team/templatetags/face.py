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
    except Exception:
        return mark_safe("")
    return mark_safe(svg)  # noqa: S308
