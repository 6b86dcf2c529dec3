"""Pages to print carry their typeface: every reader draws the same, rare characters too (B5, B11, C13)."""

import re

import pypdfium2
import pytest
from PIL import ImageChops

from consent.showing import sheet, typeface

RARE = "䶮㛃𠮷𬱖"  # of names: two of the first extension, one beyond the first plane, one of the list of 2013


def made(words, **rest):
    return sheet.build(
        [sheet.text(words, 24), sheet.table([[words]]), sheet.code("x")], title="t", author="a", foot="f", **rest
    )


def fonts(content):
    """The fonts that a PDF names, and whether each brings its outlines."""
    text = content.decode("latin-1")
    named = re.findall(r"/BaseFont\s*/(\S+)", text)
    brought = re.findall(r"/FontFile2\b.*?/FontName\s*/(\S+)", text, re.DOTALL)
    return named, brought


def drawn(content):
    with pypdfium2.PdfDocument(content) as pdf:
        told = "".join(page.get_textpage().get_text_range() for page in pdf)
        return pdf[0].render(scale=1).to_pil().convert("L"), told


def test_every_font_that_a_page_names_travels_along():
    named, brought = fonts(made(f"个人信息授权书 {RARE} Receipt"))
    assert named == brought == ["AAAAAA+NotoSansCJKsc"]


def test_the_same_words_make_the_same_bytes():
    assert made(f"授权书 {RARE}") == made(f"授权书 {RARE}")
    assert made("授权书") != made("授权数")


@pytest.mark.parametrize("char", RARE + "允A")
def test_a_character_is_drawn_and_can_be_copied(char):
    picture, told = drawn(made(char))
    nothing, _told = drawn(made("\ue000"))  # a character no font has: a box
    assert told.count(char) == 2
    assert ImageChops.difference(picture, nothing).getbbox() is not None, "not the box of what is missing"
    assert ord(char) in typeface.Face().charToGlyph


def test_more_than_one_subset_keeps_every_character():
    """A subset holds 255 characters; a whole notice needs more."""
    words = "".join(chr(0x4E00 + n) for n in range(600))
    content = made(words)
    told = drawn(content)[1]
    assert [name[:6] for name in fonts(content)[1]] == ["AAAAAA", "AAAAAB", "AAAAAC"]
    assert [char for char in words if char not in told] == []
