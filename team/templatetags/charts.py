"""Charts as plain SVG: drawn on the server, printable, readable without seeing."""

from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
WIDTH, HEIGHT = 640, 96


@register.simple_tag
def day_bars(days: list[tuple[date, int]]) -> SafeString:
    """A bar per day, with its count in words for those who do not see it."""
    most = max((count for _day, count in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    bars = format_html_join(
        "",
        '<rect class="bar-day" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>',
        (
            (
                round(i * step + 2, 1),
                round(HEIGHT - h, 1),
                round(step - 4, 1),
                round(h, 1),
                day.isoformat(),
                count,
            )
            for i, (day, count) in enumerate(days)
            for h in [max(count / most * HEIGHT, 1.0)]
        ),
    )
    told = ", ".join(f"{day:%m-%d}: {count}" for day, count in days if count) or _("none")
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        told,
        bars,
    )
