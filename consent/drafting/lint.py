"""What a notice should not say, and how hard it is to read: rules over words, the same for every draft (A4, B6)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# A yes that nobody said, a yes without an end, boxes ticked beforehand (PIPL 14; 条例 22; A4, C14, C15).
SILENT = re.compile(
    r"默认同意|视为同意|视同同意|即表示.{0,6}同意|继续使用.{0,6}同意|登录即.{0,4}同意|不回复.{0,4}同意"
    r"|deemed to (?:have )?(?:agree|consent)|by (?:continuing|using|signing in)[^.]{0,40}(?:agree|consent)"
    r"|silence (?:is|means)",
    re.IGNORECASE,
)
ENDLESS = re.compile(
    r"永久(?:保存|有效|授权)|长期有效|无限期|不可撤(?:回|销)|for ever\b|forever\b|indefinite|irrevocab|perpetual", re.IGNORECASE
)
TICKED = re.compile(r"已(?:为您)?(?:默认)?勾选|pre-?ticked|pre-?checked|already ticked", re.IGNORECASE)
# Pressure: what has nothing to do with the purpose is made to depend on it (PIPL 16).
PRESSED = re.compile(
    r"(?:不同意|拒绝|不勾选).{0,12}(?:无法|不能|不予)|(?:if|unless) you.{0,40}(?:cannot|will not be able)", re.IGNORECASE
)
# Terms that not everybody knows: each with the words by which the same text explains it, in either language (B6).
TERMS = {
    "zh": {
        "去标识化": "无法识别|认不出|不能识别",
        "匿名化": "无法识别|认不出|不能识别|不能复原",
        "自动化决策": "由程序|由系统自动|计算机",
        "用户画像": "分析您|标签",
        "数据控制者": "决定",
        "受托处理者": "受我们委托|代我们",
        "哈希": "还原|指纹",
        "加密": "看不懂|打不开|密钥",
        "Cookie": "小文件|浏览器",
        "SDK": "工具包|第三方程序",
        "API": "接口|程序之间",
    },
    "en": {
        "pseudonymi[sz]\\w+": "cannot be recogni|without your name",
        "anonymi[sz]\\w+": "cannot be recogni|no longer be",
        "automated decision": "by a program|by a computer|no person",
        "profiling": "analys|predict",
        "data processor": "on our behalf",
        "hash(?:ed|es)?": "turned back|fingerprint",
        "encrypt\\w*": "read it|opened|key",
        "cookies?": "small file|browser",
        "SDKs?": "tool|software of",
        "APIs?": "between programs|interface",
    },
}
CHANNELS = {
    "call": r"电话|致电|\bcalls?\b|\bphone",
    "sms": r"短信|\btexts?\b|\bmessages?\b",
    "share": r"转交|提供给|\bpass(?:ing)?\b|\bshare",
    "publish": r"公开|\bpublish|\bpublic\b",
}
# Words by which a tick says that it asks for a step of its own, or for a signature (条例 62(7), PIPL 29; C2, C4).
SAID = {
    "separate": {"zh": re.compile(r"单独同意"), "en": re.compile(r"\bseparate", re.IGNORECASE)},
    "written": {"zh": re.compile(r"书面同意"), "en": re.compile(r"\bin writing\b|\bwritten\b", re.IGNORECASE)},
}
SENTENCES = re.compile(r"[。！？；!?;\n]|\.(?:\s|$)")
LONG = {"zh": 90, "en": 45}  # characters, words of one sentence
FAIR = {"zh": 45, "en": 24}


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at: its code, the field, and the words it is about."""

    code: str
    where: str
    words: str
    blocking: bool


class Tick(Protocol):
    """A tick as the lint reads it."""

    purpose_id: str
    channel: str
    tick_zh: str
    tick_en: str
    type_zh: str | None
    type_en: str | None


def findings(content: dict[str, Any], ticks: Sequence[Tick], *, forms: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything found, the blocking first; nothing for a notice that may be shown as it is.

    `forms` says by which form each purpose is agreed to, by its code; a purpose it does not name is ticked.
    """
    found = [one for language in ("zh", "en") for one in _in_words(language, content.get(language) or {})]
    for tick in ticks:
        found += _in_tick(tick)
        found += _in_form(tick, (forms or {}).get(tick.purpose_id, "general"))
    return sorted(found, key=lambda one: not one.blocking)


def readability(content: dict[str, Any]) -> int:
    """From 0 to 100: how many of its sentences are no longer than people read with ease, the worse of the languages."""
    scores = []
    for language in ("zh", "en"):
        lengths = [_length(language, text) for _w, whole in _texts(content.get(language) or {}) for text in _sentences(whole)]
        scores.append(100 * sum(length <= FAIR[language] for length in lengths) // len(lengths) if lengths else 0)
    return min(scores)


def _in_words(language: str, words: dict[str, Any]) -> Iterator[Finding]:
    yield from _unexplained(language, words)
    for where, text in _texts(words):
        place = f"{language}_{where}"
        for code, shape, blocking in (
            ("silent", SILENT, True),
            ("endless", ENDLESS, True),
            ("ticked", TICKED, True),
            ("pressed", PRESSED, False),
        ):
            for hit in shape.finditer(text):
                yield Finding(code, place, hit[0], blocking)
        for sentence in _sentences(text):
            if _length(language, sentence) > LONG[language]:
                yield Finding("long", place, f"{sentence[:40]}…", blocking=False)


def _unexplained(language: str, words: dict[str, Any]) -> Iterator[Finding]:
    """Terms that this notice uses and nowhere explains, each once, where it stands first: a person looks (B6)."""
    whole = "\n".join(text for _where, text in _texts(words))
    for term, explained in TERMS[language].items():
        shape = re.compile(term if language == "zh" else rf"\b(?:{term})\b", re.IGNORECASE)
        places = ((where, hit[0]) for where, text in _texts(words) for hit in shape.finditer(text))
        first = next(places, None)
        if first is not None and not re.search(explained, whole, re.IGNORECASE):
            yield Finding("term", f"{language}_{first[0]}", first[1], blocking=False)


def _in_tick(tick: Tick) -> list[Finding]:
    """A tick asks for one purpose by one channel: two in one would be a bundle (A4, C1)."""
    found = []
    for language, text, kind in (("zh", tick.tick_zh, tick.type_zh), ("en", tick.tick_en, tick.type_en)):
        place = f"tick_{tick.purpose_id}_{tick.channel}_{language}"
        others = [code for code, shape in CHANNELS.items() if code != tick.channel and re.search(shape, text, re.IGNORECASE)]
        if others and tick.channel != "share":
            found.append(Finding("bundled", place, text, blocking=True))
        for code, shape in (("silent", SILENT), ("endless", ENDLESS), ("ticked", TICKED)):
            found += [Finding(code, place, hit[0], blocking=True) for hit in shape.finditer(f"{text}\n{kind or ''}")]
    return found


def _in_form(tick: Tick, form: str) -> Iterator[Finding]:
    """Who is asked separately, or in writing, is told so in the words of the question itself (C2, C4)."""
    for language, text in (("zh", tick.tick_zh), ("en", tick.tick_en)):
        if form in SAID and text.strip() and not SAID[form][language].search(text):
            yield Finding(form, f"tick_{tick.purpose_id}_{tick.channel}_{language}", text, blocking=True)


def _texts(words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of one language with the field it stands in."""
    for name, value in words.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, list):
            for row in value:
                for part in row.values() if isinstance(row, dict) else row:
                    yield name, str(part)


def _sentences(text: str) -> list[str]:
    return [piece.strip() for piece in SENTENCES.split(text) if piece.strip()]


def _length(language: str, sentence: str) -> int:
    return len(sentence) if language == "zh" else len(sentence.split())
