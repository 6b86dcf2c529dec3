"""Icons for pages: inline SVG from lucide, so that a strict content policy holds; and addresses for long lists."""

from functools import cache
from uuid import UUID

import lucide
from django import template
from django.utils.safestring import SafeString, mark_safe

from team import addresses

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon, hidden from screen readers; the words beside it speak."""
    return drawn(name)


@cache
def drawn(name: str) -> SafeString:
    """The icon's SVG, drawn once a process; nothing where there is no such icon."""
    try:
        svg = lucide._render_icon(name, 18, **{"class": "icon", "aria_hidden": "true"})
    except Exception:
        return mark_safe("")
    return mark_safe(svg)  # noqa: S308


@register.simple_tag
def address(name: str, *pks: UUID) -> str:
    """The address of a page by its name and uuids; `url` does the same at ten times the cost."""
    return addresses.of(name, *pks)
