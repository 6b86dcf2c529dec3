"""The printed form: headings stay with what they head, and a Chinese form carries Chinese words and marks (B5, C7)."""

import pypdfium2
import pytest

from consent import notices
from consent.showing import printed, sheet
from tests import house


def pages(pdf):
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("many", range(38, 44))
def test_a_heading_stands_on_the_page_of_what_it_heads(many):
    story = [sheet.text(f"line {n}") for n in range(many)] + [sheet.heading("Heading"), sheet.text("headed")]
    told = pages(sheet.build(story, title="t", author="a", foot="f"))
    assert [("Heading" in page, "headed" in page) for page in told if "Heading" in page or "headed" in page] == [(True, True)]


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_form_in_chinese_names_what_is_passed_on_and_has_no_english_marks():
    house.build()
    version = notices.current()
    told = "".join(pages(printed.of(version, list(version.purposes.all()), "zh"))).replace("\r\n", "")
    assert ("个人信息种类" in told, "操作" in told, "查阅：查看" in told) == (True, False, True)
