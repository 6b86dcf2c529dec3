"""Words of the matrix page."""

from django import template
from django.utils.functional import Promise

from team.fields import Level
from team.words import FIELDS, LEVELS

register = template.Library()


@register.simple_tag
def field_name(code: str) -> Promise | str:
    """A protected field in words."""
    return FIELDS.get(code, code)


@register.simple_tag
def level_name(level: int) -> Promise:
    """A level in words."""
    return LEVELS[Level(level)]
