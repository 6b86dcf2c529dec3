"""What a person signed by hand on a screen, as a sheet like a scanned one: the boxes, the hand, the code of the words (C7)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from consent import promises
from consent.models import NoticePurpose, NoticeVersion
from consent.showing import binding, sheet
from consent.showing.sheet import ALL, FIRST, heading, text
from consent.showing.snapshot import CODES

Stroke = Sequence[tuple[int, int, int]]  # x and y in hundredths of a percent of the field, milliseconds since the first
FIELD = (1000, 400)  # the field's own measure
HIGH = 45 * mm


def of(
    version: NoticeVersion,
    ticks: Sequence[NoticePurpose],
    chosen: Collection[UUID],
    strokes: Sequence[Stroke],
    *,
    language: str,
    at: datetime,
) -> bytes:
    """The sheet as PDF, in zh or en: every box that was shown, a cross in those that were chosen, and the signature."""
    words = version.content[language]
    with translation.override(CODES[language]):
        line = _("Version %(number)s, published %(day)s") % {
            "number": version.number,
            "day": timezone.localtime(version.published_at).strftime("%Y-%m-%d") if version.published_at else "",
        }
        story: list[Flowable] = [
            sheet.beside([text(words["title"], 16), text(line, 9), text(words["jit"])], binding.payload(version)),
            heading(_("I agree, each by itself:")),
            _boxes(ticks, chosen, language),
            heading(f"{_('Signature')} · {timezone.localtime(at):%Y-%m-%d %H:%M}"),
            _hand(strokes),
        ]
        foot = f"{version.notice.code} v{version.number} · SHA-256 {version.content_hash[:32]}"
        return sheet.build(story, title=words["title"], author=words["controller"]["name"], foot=foot)


def _boxes(ticks: Sequence[NoticePurpose], chosen: Collection[UUID], language: str) -> Table:
    """Both languages, whichever was on the screen."""
    rows = [
        [_box(crossed=tick.pk in chosen), text(f"{promises.full(tick, 'zh')} / {promises.full(tick, 'en')}", after=0)]
        for tick in ticks
    ]
    return sheet.cells(rows, [8 * mm, sheet.WIDTH - 8 * mm], ("VALIGN", *ALL, "MIDDLE"), ("LEFTPADDING", *FIRST, 0))


def _box(*, crossed: bool) -> Drawing:
    drawn = Drawing(5 * mm, 5 * mm)
    drawn.add(Rect(0.5 * mm, 0.5 * mm, 4 * mm, 4 * mm, fillColor=None, strokeColor=colors.black, strokeWidth=1))
    if crossed:
        for ends in ((1, 1, 4, 4), (1, 4, 4, 1)):
            drawn.add(Line(*(end * mm for end in ends), strokeWidth=1.4, strokeColor=colors.black))
    return drawn


def _hand(strokes: Sequence[Stroke]) -> Drawing:
    """The strokes as they were drawn; the field's upper left is its origin, the sheet's is below."""
    drawn = Drawing(sheet.WIDTH, HIGH)
    drawn.add(Rect(0, 0, sheet.WIDTH, HIGH, fillColor=None, strokeColor=colors.grey, strokeWidth=0.5))
    for stroke in strokes:
        points = [at for x, y, _ms in stroke for at in (x / FIELD[0] * sheet.WIDTH, HIGH - y / FIELD[1] * HIGH)]
        drawn.add(PolyLine(points * 2 if len(points) == 2 else points, strokeWidth=1.6, strokeColor=colors.black))
    return drawn
