"""Turns what a phone or scanner made of a paper into plain pictures: drawn anew, nothing of the file itself is kept.

Pixels are all that passes: no place, no time, no name of the camera, no script, no second layer.
"""

import io
from collections.abc import Iterator

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

BYTES = 10 * 1024 * 1024
PAGES = 10
PIXELS = 40_000_000  # of one picture, before it is drawn smaller
EDGE = 2200  # pixels of the longer side afterwards: an A4 page at about 190 dpi
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")


class ScanRefused(Exception):
    """Why a file is not taken, in a word: large, kind, pages, locked, damaged."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def pages_of(data: bytes) -> list[bytes]:
    """The pages as JPEG pictures, upright, without metadata. Raises ScanRefused."""
    if len(data) > BYTES:
        raise ScanRefused("large")
    if data.startswith(b"%PDF-"):
        return [_jpeg(picture) for picture in _of_pdf(data)]
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS:
                raise ScanRefused("large")
            if getattr(picture, "n_frames", 1) > 1:
                raise ScanRefused("pages")
            return [_jpeg(ImageOps.exif_transpose(picture))]
    except UnidentifiedImageError:
        raise ScanRefused("kind") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ScanRefused("damaged") from None


def _of_pdf(data: bytes) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as refused:
        raise ScanRefused("locked" if "password" in str(refused).lower() else "damaged") from None
    try:
        if not 1 <= len(document) <= PAGES:
            raise ScanRefused("pages")
        for page in document:
            longer = max(page.get_size())
            yield page.render(scale=min(EDGE / longer, 4) if longer > 0 else 1).to_pil()
    except pypdfium2.PdfiumError:
        raise ScanRefused("damaged") from None
    finally:
        document.close()


def _jpeg(picture: Image.Image) -> bytes:
    """Drawn on a fresh white sheet, so that nothing but what is seen goes along."""
    flat = picture.convert("RGBA")
    flat.thumbnail((EDGE, EDGE))
    sheet = Image.new("RGB", flat.size, "white")
    sheet.paste(flat, mask=flat.getchannel("A"))
    target = io.BytesIO()
    sheet.save(target, "JPEG", quality=82)
    return target.getvalue()
