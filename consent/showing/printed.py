"""《个人信息授权书》 as a form: the whole notice, a box for each purpose, lines to sign, and a code that binds it (C7, B5)."""

import io
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Table, TableStyle

from consent.models import NoticePurpose, NoticeVersion
from consent.showing import binding
from consent.showing.snapshot import CODES

FONT = "STSong-Light"  # one of the fonts that every PDF reader knows by name; no font file travels along
MARGIN = 18 * mm
CODE = 26 * mm


def of(version: NoticeVersion, ticks: list[NoticePurpose], language: str) -> bytes:
    """The form as PDF, in zh or en; the same input makes the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    target = io.BytesIO()
    words: dict[str, Any] = version.content[language]
    frame = SimpleDocTemplate(
        target, pagesize=A4, title=words["title"], author=words["controller"]["name"], invariant=1,
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    with translation.override(CODES[language]):
        foot = f"{version.notice.code} v{version.number} · SHA-256 {version.content_hash[:32]}"
        boxes = [tick.tick_en if language == "en" else tick.tick_zh for tick in ticks]
        frame.build(
            _story(version, words, boxes),
            onFirstPage=lambda canvas, _frame: _foot(canvas, foot),
            onLaterPages=lambda canvas, _frame: _foot(canvas, foot),
        )
    return target.getvalue()


def _style(size: float, *, before: float = 0, after: float = 3) -> ParagraphStyle:
    return ParagraphStyle(
        f"s{size}-{before}-{after}", fontName=FONT, fontSize=size, leading=size * 1.5, spaceBefore=before, spaceAfter=after,
        alignment=TA_LEFT, wordWrap="CJK",
    )  # fmt: skip


def _text(text: str, size: float = 9.5, **how: float) -> Paragraph:
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Paragraph(plain, _style(size, **how))


def _story(version: NoticeVersion, words: dict[str, Any], boxes: list[str]) -> list[Flowable]:
    controller = words["controller"]
    told: list[Flowable] = [_head(version, words), _text(words["jit"], 10.5), _text(words["short"])]
    told += [_heading(_("Who we are")), _text(" · ".join(controller[part] for part in controller if controller[part]))]
    told += [_heading(_("What is collected")), _table(words["collect"], ("item", "purpose", "method"))]
    if words.get("share"):
        told += [_heading(_("Who else may receive it")), _table(words["share"], ("name", "contact", "purpose", "categories"))]
    for heading, text in words["sections"]:
        told += [_heading(heading), _text(text)]
    told += [_heading(_("Your rights")), _text("　".join(f"{right}: {how}" for right, how in words["rights"]), 8.5)]
    told += [_text(words["rights_how"]), _text(words["withdraw"])]
    return [*told, KeepTogether(_signing(version, boxes))]


def _head(version: NoticeVersion, words: dict[str, Any]) -> Table:
    """The title, and beside it the code that a scan is read by."""
    day = timezone.localtime(version.published_at).strftime("%Y-%m-%d") if version.published_at else ""
    line = _("Version %(number)s, published %(day)s") % {"number": version.number, "day": day}
    table = Table(
        [[[_text(words["title"], 16), _text(line, 9)], _code(version)]], colWidths=[A4[0] - 2 * MARGIN - CODE - 4, CODE + 4]
    )
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _code(version: NoticeVersion) -> Drawing:
    drawn = QrCodeWidget(binding.payload(version), barLevel="M")
    left, bottom, right, top = drawn.getBounds()
    code = Drawing(CODE, CODE, transform=[CODE / (right - left), 0, 0, CODE / (top - bottom), 0, 0])
    code.add(drawn)
    return code


def _heading(text: str) -> Paragraph:
    return _text(text, 11, before=6, after=2)


def _table(rows: list[dict[str, str]], parts: tuple[str, ...]) -> Table:
    wide = (A4[0] - 2 * MARGIN) / len(parts)
    table = Table([[_text(row.get(part, ""), 8.5, after=0) for part in parts] for row in rows], colWidths=[wide] * len(parts))
    lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table.setStyle(TableStyle(lines))
    return table


def _signing(version: NoticeVersion, boxes: list[str]) -> list[Flowable]:
    """A box for each purpose, none of them ticked, lines for the hand, and the code on the same page as the signature."""
    inner = A4[0] - 2 * MARGIN - CODE - 4
    ticks = Table([[_square(), _text(box, after=0)] for box in boxes], colWidths=[8 * mm, inner - 8 * mm])
    ticks.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, -1), 0)]))
    note = _text(_("Leave empty what you do not want. You may withdraw at any time, at no cost."), 8.5)
    named = [[_text(f"{label}", 10), ""] for label in (_("Name"), _("Mobile number"), _("Signature"), _("Date"))]
    lines = Table(named, colWidths=[30 * mm, inner - 30 * mm], rowHeights=11 * mm)
    lines.setStyle(TableStyle([("LINEBELOW", (1, 0), (1, -1), 0.7, colors.black), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]))
    sheet = Table([[[ticks, note, lines], _code(version)]], colWidths=[inner, CODE + 4])
    sheet.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]))
    return [_heading(_("I agree, each by itself:")), sheet]


def _square() -> Drawing:
    """An empty box of 4 mm."""
    drawn = Drawing(5 * mm, 5 * mm)
    drawn.add(Rect(0.5 * mm, 0.5 * mm, 4 * mm, 4 * mm, fillColor=None, strokeColor=colors.black, strokeWidth=1))
    return drawn


def _foot(canvas: Any, line: str) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 7.5)
    canvas.drawString(MARGIN, 9 * mm, f"{line} · {canvas.getPageNumber()}")
    canvas.restoreState()
