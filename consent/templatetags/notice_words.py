"""Words of a notice in the reader's language."""

from django import template
from django.utils.translation import get_language

from consent.models import NoticeVersion

register = template.Library()


@register.simple_tag
def notice_title(version: NoticeVersion) -> str:
    """The notice's title with its version; what has no English title keeps its Chinese one."""
    english = (get_language() or "").startswith("en")
    words = version.content["en" if english and "en" in version.content else "zh"]
    return f"{words['title']} v{version.number}"


@register.simple_tag
def controller(version: NoticeVersion) -> dict[str, str]:
    """Who answers for the data, as this notice names them."""
    english = (get_language() or "").startswith("en")
    named: dict[str, str] = version.content["en" if english and "en" in version.content else "zh"]["controller"]
    return named
