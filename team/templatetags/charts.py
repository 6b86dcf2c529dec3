"""Charts as plain SVG: drawn on the server, printable, readable without seeing."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
WIDTH, HEIGHT = 640, 96


@register.simple_tag
def day_bars(days: Sequence[tuple[date, int]], marked: Sequence[int] = (), named: str = "%m-%d") -> SafeString:
    """A bar per day, or per month `named` so, with its count in words for those who do not see it.

    `marked` colours the foot of each bar.
    """
    most = max((count for _day, count in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    bars = format_html_join(
        "",
        '<rect class="bar-day{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>',
        (
            (
                "" if count else " none",
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
    told = ", ".join(f"{day:{named}}: {count}" for day, count in days if count) or _("none")
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>',
        WIDTH,
        HEIGHT,
        told,
        bars,
        _feet(marked, most, step),
    )


def _feet(marked: Sequence[int], most: int, step: float) -> SafeString:
    """The marked part of each bar, from the ground up."""
    return format_html_join(
        "",
        '<rect class="bar-mark" x="{}" y="{}" width="{}" height="{}" rx="2"></rect>',
        (
            (round(i * step + 2, 1), round(HEIGHT - h, 1), round(step - 4, 1), round(h, 1))
            for i, count in enumerate(marked)
            for h in [count / most * HEIGHT]
            if count
        ),
    )


@register.simple_tag
def share_bar(*parts: int) -> SafeString:
    """One bar cut into parts, in the order good, waiting, stopped; the numbers stand beside it in words."""
    whole = sum(parts) or 1
    starts = [sum(parts[:n]) for n in range(len(parts))]
    return format_html(
        '<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="share-{}" x="{}" y="0" width="{}" height="6"></rect>',
            (
                (n + 1, round(start / whole * 100, 2), round(part / whole * 100, 2))
                for n, (start, part) in enumerate(zip(starts, parts, strict=True))
                if part
            ),
        ),
    )


@register.filter
def most(days: Sequence[tuple[date, int]]) -> int:
    """The highest count, for the top of a chart's scale."""
    return max((count for _day, count in days), default=0)


@register.filter
def total(days: Sequence[tuple[date, int]]) -> int:
    """All counts together."""
    return sum(count for _day, count in days)


@register.filter
def counted(days: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """The days on which there was anything, for the table beside a chart."""
    return [(day, count) for day, count in days if count]
