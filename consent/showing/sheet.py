"""Building blocks of pages to print: Chinese and English text, tables, a code, a line at the foot of each page."""

import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from consent.showing import typeface

MARGIN = 18 * mm
CODE = 26 * mm
WIDTH = A4[0] - 2 * MARGIN
ALL, FIRST = ((0, 0), (-1, -1)), ((0, 0), (0, -1))  # every cell, and those of the first column


def build(story: list[Flowable], *, title: str, author: str, foot: str) -> bytes:
    """The pages as a PDF; the same story makes the same bytes."""
    target = io.BytesIO()
    frame = SimpleDocTemplate(
        target, pagesize=A4, title=title, author=author, invariant=1,
        initialFontName=typeface.registered(), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    frame.build(
        story,
        onFirstPage=lambda canvas, _frame: _foot(canvas, foot),
        onLaterPages=lambda canvas, _frame: _foot(canvas, foot),
    )
    return target.getvalue()


def text(words: str, size: float = 9.5, *, before: float = 0, after: float = 3) -> Paragraph:
    """A paragraph of plain words, with distances in points."""
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    style = ParagraphStyle(
        f"s{size}-{before}-{after}", fontName=typeface.registered(), fontSize=size, leading=size * 1.5,
        spaceBefore=before, spaceAfter=after, alignment=TA_LEFT, wordWrap="CJK",
    )  # fmt: skip
    return Paragraph(plain, style)


def heading(words: str) -> Paragraph:
    """A heading within a page, on the page of what it heads."""
    told = text(words, 11, before=6, after=2)
    told.keepWithNext = True
    return told


def table(rows: Sequence[Sequence[str]]) -> Table:
    """Cells of plain words, in columns of one width; of two the first is narrow, since it only names the second."""
    columns = max((len(row) for row in rows), default=1)
    told = [[text(cell, 8.5, after=0) for cell in row] for row in rows]
    widths = [WIDTH * 0.24, WIDTH * 0.76] if columns == 2 else [WIDTH / columns] * columns
    return cells(told, widths, ("GRID", *ALL, 0.5, colors.grey), ("VALIGN", *ALL, "TOP"))


def cells(rows: list[list[Any]], widths: Sequence[float], *style: tuple[Any, ...], high: float | None = None) -> Table:
    """Cells of these widths, in points, and rows of this height; styled, and naming no font but ours."""
    made = Table(rows, colWidths=list(widths), rowHeights=high)
    made.setStyle(TableStyle([("FONTNAME", *ALL, typeface.registered()), *style]))
    return made


def code(payload: str) -> Drawing:
    """What a camera reads."""
    drawn = QrCodeWidget(payload, barLevel="M")
    left, bottom, right, top = drawn.getBounds()
    picture = Drawing(CODE, CODE, transform=[CODE / (right - left), 0, 0, CODE / (top - bottom), 0, 0])
    picture.add(drawn)
    return picture


def beside(left: list[Flowable], payload: str) -> Table:
    """Paragraphs, and a code to their right."""
    return cells([[left, code(payload)]], [WIDTH - CODE - 4, CODE + 4], ("VALIGN", *ALL, "TOP"), ("LEFTPADDING", *FIRST, 0))


def _foot(canvas: Any, line: str) -> None:
    canvas.saveState()
    canvas.setFont(typeface.registered(), 7.5)
    canvas.drawString(MARGIN, 9 * mm, f"{line} · {canvas.getPageNumber()}")
    canvas.restoreState()
