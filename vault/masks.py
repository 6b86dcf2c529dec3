"""How a sealed value looks to somebody who may see only a part of it (law.md §5.1; I4)."""

import re

HIDDEN = "•••"
DAY = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-./]\d{1,2}[-./]\d{1,2}|年\d{1,2}月\d{1,2}日?)(?!\d)")
_SPELLED = "零〇一二三四五六七八九幺壹贰貳叁參肆伍陆陸柒捌玖"  # as in speech, and as on a cheque
_SHAPED = "⁰¹²³⁴-⁹₀-₉①-⑨⓪⑴-⑼⒈-⒐"  # raised, lowered, ringed, in brackets, with a stop
_FIGURE = rf"[\d{_SPELLED}{_SHAPED}]\ufe0f?\u20e3?"  # a keycap as well
_GAP = r"[\s\-‐‑–—－./()（）·,，、_*~;；|｜…'’]{0,3}"
RUN = re.compile(rf"[+＋]?{_FIGURE}(?:{_GAP}{_FIGURE}){{6,}}")
COMPOUND = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "令狐",
        "慕容",
        "司徒",
        "夏侯",
        "端木",
        "南宫",
        "百里",
        "呼延",
        "独孤",
        "宇文",
        "长孙",
        "轩辕",
        "钟离",
        "闻人",
        "澹台",
        "公冶",
        "濮阳",
        "淳于",
        "单于",
        "申屠",
        "太史",
        "西门",
        "东郭",
        "左丘",
        "万俟",
        "赫连",
    ]
)
STARS = "****"
TWO_DIGIT_AREAS = ("10", "20", "21", "22", "23", "24", "25", "27", "28", "29")


def mask_number(digits: str) -> str:
    """The mask of a number: `138 **** 6207` for a mainland mobile, fewer digits for all others."""
    if re.fullmatch(r"861\d{10}", digits) and not digits.startswith("8610"):
        return f"{digits[2:5]} {STARS} {digits[-4:]}"
    if digits.startswith("86"):
        return f"{_area(digits[2:])} {STARS} {digits[-4:]}"
    if digits.startswith(("852", "853")):
        return f"+{digits[:3]} {digits[3:5]}{STARS}{digits[-2:]}"
    if digits.startswith("886"):
        return f"+886 {digits[3:5]}{STARS}{digits[-3:]}"
    return f"+{digits[:2]} {STARS} {digits[-2:]}"


def _area(national: str) -> str:
    return "0" + (national[:2] if national.startswith(TWO_DIGIT_AREAS) else national[:3])


def last4_mask(digits: str) -> str:
    """The last four digits and nothing else."""
    return f"*******{digits[-4:]}"


def display_number(digits: str) -> str:
    """A number in the open, as people read it aloud."""
    if re.fullmatch(r"861[3-9]\d{9}", digits):
        return f"{digits[2:5]} {digits[5:9]} {digits[9:]}"
    if digits.startswith("86"):
        area = _area(digits[2:])
        return f"{area} {digits[2 + len(area) - 1 :]}"
    return f"+{digits}"


def mask_name(name: str) -> str:
    """A name with the surname only: `张*`, `欧阳*`, `S*`."""
    text = name.strip()
    if not text:
        return ""
    if len(text) > 2 and text[:2] in COMPOUND:
        return f"{text[:2]}*"
    return f"{text[0]}*"


def hide_runs(text: str) -> str:
    """The text with every run of figures that could be a telephone number as dots, however it is spaced or spelled.

    Seven figures or more, full-width ones and Chinese numerals too; a day stays readable.
    """
    kept, start = [], 0
    for day in DAY.finditer(text):
        kept += [RUN.sub(HIDDEN, text[start : day.start()]), day.group()]
        start = day.end()
    return "".join(kept) + RUN.sub(HIDDEN, text[start:])
