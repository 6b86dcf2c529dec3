"""The typeface of pages to print, and of it what a page uses, which travels within the PDF: no reader needs a font of its own.

ReportLab embeds outlines as TrueType has them, the font we use keeps them as CFF2. So each glyph that a page uses is drawn
anew when the page is made; the same words make the same bytes.
"""

import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import manimgx_fonts_cjk
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from reportlab.graphics import shapes
from reportlab.pdfbase import pdfmetrics, ttfonts

NAME = "NotoSansCJKsc"
FILE, SIMPLIFIED = "NotoSansCJK-VF.otf.ttc", 2  # the third of five in the collection has the mainland's shapes
REGULAR = {"wght": 400}
EM = 1000
SLACK = 0.5  # by how many thousandths of an em an outline may differ from the font's own
READING = Lock()  # one file, read as glyphs are asked for
EPOCH = 2_082_844_800  # 1970 as fonts count seconds; a font made at another minute has the same bytes
BEYOND = re.compile(r"<([0-9A-F]{5,6})>")
SYMBOLIC = 1 << 2  # codes within a subset are our own


class Face:
    """What ReportLab asks of a face: widths, measures, and a subset with the outlines of the characters used."""

    subfontNameX = b""
    flags = SYMBOLIC
    italicAngle = 0
    stemV = 80

    def __init__(self) -> None:
        """Read the measures; outlines wait until they are used."""
        font = TTFont(Path(manimgx_fonts_cjk.__file__).with_name(FILE), fontNumber=SIMPLIFIED, lazy=True)
        self.name, self.filename = NAME.encode(), FILE
        self._glyphs = font.getGlyphSet(location=REGULAR)
        self.charToGlyph: dict[int, str] = font.getBestCmap()
        self.charWidths: dict[int, int] = {code: round(self._glyphs[glyph].width) for code, glyph in self.charToGlyph.items()}
        self.defaultWidth = EM
        self.ascent, self.descent, self.capHeight = font["hhea"].ascent, font["hhea"].descent, font["OS/2"].sCapHeight
        self.bbox = [getattr(font["head"], side) for side in ("xMin", "yMin", "xMax", "yMax")]

    def getCharWidth(self, code: int) -> int:
        """The width of a character in thousandths of an em."""
        return self.charWidths.get(code, self.defaultWidth)

    def addSubsetObjects(self, doc: Any, fontname: str, subset: Sequence[int]) -> Any:
        """Put a subset into the document; answers the reference of its descriptor."""
        return ttfonts.TTFontFace.addSubsetObjects(self, doc, fontname, subset)

    def makeSubset(self, subset: Sequence[int]) -> bytes:
        """A TrueType font in which code n is the nth character of `subset`, and nothing else."""
        order = [".notdef", *(f"c{n}" for n in range(1, len(subset)))]
        with READING:
            drawn = {name: self._outline(code) for name, code in zip(order, subset, strict=True)}
        built = FontBuilder(EM, isTTF=True)
        built.setupHead(unitsPerEm=EM, created=EPOCH, modified=EPOCH)
        built.setupGlyphOrder(order)
        built.setupGlyf(drawn)
        metrics = {name: (self.getCharWidth(code), drawn[name].xMin) for name, code in zip(order, subset, strict=True)}
        built.setupHorizontalMetrics(metrics)
        built.setupHorizontalHeader(ascent=self.ascent, descent=self.descent)
        built.setupPost(keepGlyphNames=False)
        built.font["cmap"] = _codes(order)
        return _bytes(built.font)

    def _outline(self, code: int) -> Any:
        """One glyph's outline as TrueType has it; a box for what the font does not have."""
        pen = TTGlyphPen(None)
        self._glyphs[self.charToGlyph.get(code, ".notdef")].draw(Cu2QuPen(pen, SLACK, reverse_direction=True))
        glyph = pen.glyph()
        glyph.recalcBounds({})  # an empty one, such as a space, gets bounds too
        return glyph


def _in_utf16(code: re.Match[str]) -> str:
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex()}>"


def _codes(order: Sequence[str]) -> Any:
    """The table by which a reader finds glyph n under code n."""
    table = newTable("cmap")
    codes = CmapSubtable.newSubtable(6)
    codes.platformID, codes.platEncID, codes.language = 1, 0, 0
    codes.cmap = dict(enumerate(order))
    table.tableVersion, table.tables = 0, [codes]
    return table


def _bytes(font: TTFont) -> bytes:
    """The file, with the times it was given."""
    font.recalcTimestamp = False
    target = BytesIO()
    font.save(target)
    return target.getvalue()


class Font(ttfonts.TTFont):  # type: ignore[misc]  # ReportLab has no types
    """The font as ReportLab sets text in it, a subset for each document."""

    def __init__(self) -> None:
        """Take our face instead of reading a TrueType file."""
        self.fontName, self.face, self.encoding = NAME, Face(), ttfonts.TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._asciiReadable = self.shapable = False

    def addObjects(self, doc: Any) -> None:
        """Add the subsets, and say what to copy also for characters beyond the first plane, as PDF wants it: in UTF-16."""
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = BEYOND.sub(_in_utf16, stream.content)


@cache
def registered() -> str:
    """The typeface's name, known to ReportLab from now on; read at the first page, not at the start of the site."""
    pdfmetrics.registerFont(Font())
    shapes.STATE_DEFAULTS["fontName"] = NAME  # else a drawing without a word names a font that does not travel along
    return NAME
