"""How a value looks when it leaks: every spelling of a number or a text that the proofs search for."""

import base64
import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

UUIDS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# Csrf tokens, hashes, tokens in addresses: 12 or more letters and digits with at least one letter among them.
TOKENS = re.compile(r"(?=[0-9_-]*[A-Za-z])[0-9A-Za-z_-]{12,}")
DRAWN = re.compile(r"<svg.*?</svg>", re.DOTALL)
TIMES = re.compile(r"\d{8}T\d{6}\.\d{6}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:[+]\d\d:\d\d)?")
CLOCKS = re.compile(r"\b1[78]\d{8}\b|\d{13,}|Content-Length: \d+|Max-Age=\d+")
# The code on the drawn phone is six figures by chance, and of five hundred one holds four that end a number of the cast.
CODES = re.compile(r"(?<=Your code is )\d{6}(?!\d)|(?<=验证码 )\d{6}(?!\d)")
GAPS = re.compile(r"(?<=\d)[\s\-.()+/_·•]+(?=\d)")


# A page is searched for every value of every person: decode it once.
once_per_page = lru_cache(maxsize=4)


@once_per_page
def plain(text: str) -> str:
    """Text as a reader could decode it: entities, percent signs and full-width digits undone."""
    return unicodedata.normalize("NFKC", html.unescape(unquote(text)))


@once_per_page
def joined(text: str) -> str:
    """The same with grouped digits written together."""
    return GAPS.sub("", plain(text))


@once_per_page
def quiet(text: str) -> str:
    """The same without ids, tokens, times and drawings, so that four digits are found only where they are meant."""
    text = DRAWN.sub(" ", plain(text))
    for noise in (UUIDS, TIMES, CLOCKS, TOKENS, CODES):
        text = noise.sub(" ", text)
    return text


def encodings(number: str) -> list[bytes]:
    """A national number in every form a store could hold it in."""
    digits, country = number, f"86{number}"
    grouped = f"{number[:3]} {number[3:7]} {number[7:]}"
    forms = [digits, grouped, grouped.replace(" ", "-")]
    forms += ["".join(chr(ord("０") + int(d)) for d in digits)]
    found = [form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    found += [word.encode().hex().encode() for word in (digits,)]
    found += [f"{int(country):x}".encode(), int(number).to_bytes(8, "big"), int(number).to_bytes(8, "little")]
    found += [int(country).to_bytes(8, "big"), int(country).to_bytes(8, "little")]
    for pad in range(3):  # base64 of the digits wherever they begin in the whole
        raw = base64.b64encode(b"0" * pad + digits.encode())
        head = (pad * 8 + 5) // 6 if pad else 0
        found.append(raw[head : head + 13])
    return found


def hits(haystack: bytes, number: str) -> bool:
    """Whether a number stands anywhere in these bytes, in any encoding."""
    return any(form in haystack for form in encodings(number))
