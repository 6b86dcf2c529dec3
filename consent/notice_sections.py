"""A notice in the making, section by section: what each still lacks, so that nobody reads all of it to find one gap."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.declaring import OPTIONAL
from consent.drafting import wording
from consent.drafting.drafts import Review
from consent.notice_form import LABELS, NoticeForm
from consent.templatetags import notice_words

TICKS = "ticks"
OF_TICKS: dict[str, Promise] = notice_words.GAPS | {"recipient": _("to whom, and that recipient in the list")}


@dataclass
class Section:
    """One part of the form: its place on the page, its name, what it lacks, and how often its words were found wanting."""

    key: str
    name: str
    asked: bool = True
    missing: list[str] = field(default_factory=list)
    found: int = 0
    blocking: bool = False
    wrong: bool = False


def of(form: NoticeForm, review: Review) -> list[Section]:
    """Every section in the order of the form; each gap and each finding of the review stands with one of them."""
    ticks = {row.asked.html_name: row for row in form.ticks()}
    found = [Section(key, _short(key, str(label))) for key, label in LABELS.items()]
    found.append(Section(TICKS, str(_("The ticks"))))
    found += [Section(key, row.name, asked=bool(row.asked.value())) for key, row in ticks.items()]
    at = {section.key: section for section in found}
    for gap in review.gaps:
        section, word = at[home_of(gap, ticks)], str(_lack(gap))
        if word not in section.missing:
            section.missing.append(word)
    for one in review.findings:
        section = at[home_of(one.where, ticks)]
        section.found, section.blocking = section.found + 1, section.blocking or one.blocking
    for name in form.errors:
        at[home_of(name, ticks)].wrong = True
    return found


def home_of(place: str, ticks: Collection[str]) -> str:
    """The section in which a place stands: a field, a gap of the review, or a finding."""
    language, _mark, item = place.replace(".", "_").partition("_")
    if language == "tick":
        return max((key for key in ticks if f"{place}_".startswith(f"{key}_")), key=len, default=TICKS)
    within = (key for key in LABELS if f"{item}_".startswith(f"{key}_"))
    whole = next((key for key in LABELS if key.startswith(f"{item}_")), TICKS)  # of a group, as the controller, its first part
    return max(within, key=len, default=whole)


def _short(key: str, label: str) -> str:
    """Of a list only its name, not what a line of it holds."""
    return re.split("[:：]", label)[0] if key in wording.ROWS else label


def _lack(gap: str) -> Promise | str:
    """What is missing, in a few words: the language, or what of a tick; and which category, where it is one."""
    language, _mark, item = gap.replace(".", "_").partition("_")
    if language == "tick":
        return OF_TICKS.get(gap.rpartition("_")[2], _("its words"))
    told: Promise | str = notice_words.LANGUAGES.get(language, _("at least one"))
    kind, _mark, code = item.partition("_")
    if kind in OPTIONAL:
        return f"{told} · {notice_words.declared_word(code)}"
    return f"{told} · {_('at least ten rights')}" if item == "rights_ten" else told
