"""Citations of statutes in pages: by key and by the day of the act, each leading to its words (L9)."""

from datetime import date

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from consent import statutes

register = template.Library()


@register.simple_tag
def statute(*keys: str, on: date) -> SafeString:
    """These rules as in force `on` that day (a day or a moment), each law a link to what it says; nothing for none."""
    return linked(keys, on=on)


def linked(keys: tuple[str, ...], *, on: date) -> SafeString:
    """The same for other tags."""
    language, page = get_language() or "", reverse("law")
    rows: list[tuple[str, statutes.Statute, list[str]]] = []
    for rule in statutes.find(keys, on=on):
        if rows and rows[-1][1].act == rule.act:
            rows[-1][2].append(rule.key)
        else:
            rows.append((page, rule, [rule.key]))
    told = [(page, rule.anchor, statutes.cite(names, on=on, language=language)) for page, rule, names in rows]
    return format_html_join("; " if language.startswith("en") else "；", '<a class="law" href="{}#{}">{}</a>', told)


@register.simple_tag
def statute_name(rule: statutes.Statute) -> str:
    """How one version is cited."""
    return statutes.cite([rule.key], on=rule.since, language=get_language() or "", whole=True)


@register.simple_tag
def statute_words(rule: statutes.Statute) -> str:
    """What it says, in our words and the reader's language."""
    return rule.en if (get_language() or "").startswith("en") else rule.zh


@register.simple_tag
def statute_places(rule: statutes.Statute) -> list[Promise]:
    """Where the product applies it."""
    return [statutes.PLACES[code][0] for code in rule.places]
