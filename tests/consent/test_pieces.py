"""What differs within a clause is marked word by word, in both languages; another clause is marked whole (B3)."""

import pytest
from django.template import engines
from django.utils import translation

from consent.drafting import pieces
from consent.drafting.changes import Change

PAGE = '{% load notice_words %}{% place_word where %}|{% include "consent/_parts/changes.html" with changes=changes only %}'


@pytest.mark.parametrize(
    ("was", "now", "before", "after"),
    [
        ("只用于您逐项勾选的目的", "只用于您逐一勾选的目的", [("项", True)], [("一", True)]),
        ("for 12 months at most", "for 6 months at most", [("12", True)], [("6", True)]),
        ("kept for one year", "kept for one year and a day", [], [(" and a day", True)]),
        ("", "new", [], [("new", True)]),
        ("gone", "", [("gone", True)], []),
        ("保存一年", "to your bank", [("保存一年", True)], [("to your bank", True)]),
    ],
)
def test_only_what_differs_is_marked_and_nothing_is_lost(was, now, before, after):
    both = pieces.between(was, now)
    assert tuple("".join(text for text, _differs in side) for side in both) == (was, now)
    assert tuple([piece for piece in side if piece[1]] for side in both) == (before, after)


@pytest.mark.parametrize(
    ("language", "place", "was"), [("en", "Chinese · What is collected", "Before"), ("zh-hans", "中文 · 收集哪些信息", "原为")]
)
def test_the_page_names_the_section_without_how_its_rows_are_written(language, place, was):
    change = Change("zh_collect", "365 days <b>", "180 days <b>", "notify", "shorter")
    with translation.override(language):
        page = engines["django"].from_string(PAGE).render({"changes": [change], "where": "zh_collect"})
    assert page.startswith(f"{place}|")
    assert f"<small>{was}</small> <del>365</del> days &lt;b&gt;" in page
    assert "<ins>180</ins> days &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("where", "row", "told"),
    [
        ("zh_services", "contract · service_notice · 合同存续期间", "存续合同的服务 · 履行合同的服务通知 · 合同存续期间"),
        ("en_bases", "service_notice · contract · while it runs", "履行合同的服务通知 · 与本人的合同 · while it runs"),
        ("zh_collect", "contract · 目的", "contract · 目的"),
    ],
)
def test_nobody_reads_a_code_of_the_register(where, row, told):
    page = (
        engines["django"]
        .from_string(PAGE)
        .render({"changes": [Change(where, "", row, "reconsent", "service")], "where": where})
    )
    assert f"<ins>{told}</ins>" in page
