"""The strict reader of phone numbers: takes what people write, refuses what only looks like a number.

Normalise first, allow a short list of characters, and never guess letters into digits. Serves A5; the
rows of the bad-input list are cited by number. Nothing raised or returned repeats what was typed.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NORMALISER_VERSION = 1
ENCLOSED = "enclosed_digits"
MAX_LENGTH = 40
LABEL = re.compile(r"^(?:手机号码|手机号|手机|电话号码|电话|座机|联系方式|号码|tel|phone|mobile|mob)[::]?", re.I)
REMARK = re.compile(r"\((?:微信同号|同微信|微信|vx同号|wechat)\)$", re.I)
MARKER = re.compile(r"^(?:=\"|['=\"‘’“”])|[\"'”’]$")
ALLOWED = re.compile(r"^[0-9+()\-./,ext转分机#、;\s]+$", re.I)
EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|,|#)+(\d{1,6})$", re.I)
SPLIT = re.compile(r"[/、;]")
NUMERALS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0012345678911" + "23456789")
CHINESE_DIGITS = re.compile(r"^(?=.*[^0-9+])\+?[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,}$")
VIRTUAL = re.compile(r"^86(?:162|165|167|170|171)")
SERVICE = re.compile(r"^(?:1[012]\d|10\d{3,6}|12\d{3,4}|95\d{3,6}|96\d{3,4}|400\d{7}|800\d{7})$")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−—"), "-")

PROBLEMS: dict[str, Promise] = {
    "empty": _("A phone number is needed."),
    "long": _("This is too long for a phone number (40 characters at most)."),
    "characters": _("Please check the number: it has characters that do not belong in a phone number."),
    "letter_o": _("Please check the number: it has the letter O where a zero seems meant."),
    "numerals": _("Please type the number in digits."),
    "country": _("Please check the number: is it a mainland mobile (then leave out +1) or a number in the United States?"),
    "length": _("A mainland mobile number has 11 digits; please count them."),
    "prefix": _("No operator uses this prefix; please check the number."),
    "area": _("Please add the area code of this landline."),
    "service": _("This is a service number, not a person's."),
    "machine": _("This is a number of a device, not a person's."),
    "many": _("Please give one number only."),
    "invalid": _("This is not a valid phone number."),
}
COUNTED = _("A mainland mobile number has 11 digits; this one has %(count)s.")
PROPOSED = _("Did you mean the number that now stands in the field? If so, please send it again.")
NOTES: dict[str, Promise] = {
    "converted_digits": _("The number was written in other digits; it was taken as ordinary ones."),
    "stripped_marker": _("Signs around the number that do not belong to it were left out."),
    "extension": _("A mobile number has no extension; it was left out."),
    "cross_border": _("This number lies outside the mainland."),
    "virtual_operator": _("This number belongs to a virtual operator."),
}


@dataclass(frozen=True)
class Number:
    """One number: E.164 digits without plus, what it is, and its extension if any."""

    digits: str
    kind: str
    region: str
    extension: str = ""
    virtual: bool = False

    def __repr__(self) -> str:
        """Names the kind, never the digits."""
        return f"<Number {self.kind} {self.region}>"

    @property
    def cross_border(self) -> bool:
        """Whether the number lies outside the mainland."""
        return self.region != "CN"


@dataclass(frozen=True)
class Reading:
    """What was read: numbers, notes on what was changed, or the code of the problem.

    `proposal` is the number in plain digits where a person should look before it counts; it is for
    the field the person typed into, and for nothing else. `count` says how many digits were given.
    """

    numbers: tuple[Number, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None
    proposal: str = field(default="", repr=False)
    count: int = 0

    @property
    def sentence(self) -> Promise | str:
        """The problem as a sentence for people; empty when there is none."""
        if self.problem == "length" and self.count:
            return str(COUNTED) % {"count": self.count}
        return PROBLEMS[self.problem] if self.problem else ""

    @property
    def remarks(self) -> list[Promise]:
        """The notes that have a sentence."""
        return [NOTES[note] for note in self.notes if note in NOTES]


class PhoneRefused(ValueError):
    """The text is not one person's number; `code` names why, never what was typed."""

    def __init__(self, code: str) -> None:
        """Keep the code only."""
        super().__init__(code)
        self.code = code
        self.sentence = PROBLEMS[code]


def normalise(text: str) -> Number:
    """Exactly one number, or PhoneRefused."""
    reading = read(text)
    if reading.problem or len(reading.numbers) != 1:
        raise PhoneRefused(reading.problem or "many")
    return reading.numbers[0]


def read(text: str) -> Reading:
    """Read one cell: usually one number, two where two were written; never raises."""
    if len(text) > MAX_LENGTH:
        return Reading(problem="long")
    cleaned, notes = _clean(text)
    if not cleaned:
        return Reading(problem="empty")
    if CHINESE_DIGITS.match(cleaned):
        return _propose("numerals", cleaned.translate(NUMERALS))
    if re.fullmatch(r"[+0-9\-]*[0-9][Oo0-9\-]*", cleaned) and re.search("[Oo]", cleaned):
        return _propose("letter_o", re.sub("[Oo]", "0", cleaned))
    if not ALLOWED.match(cleaned) or cleaned[0] in "./-#;,":
        return Reading(problem="characters")
    parts = [part for part in SPLIT.split(cleaned) if part.strip()]
    if len(parts) > 1 and not all(len(re.sub(r"\D", "", part)) >= 7 for part in parts):
        parts = [SPLIT.sub("", cleaned)]
    reading = _join([_one(part) for part in parts], notes)
    return replace(reading, proposal=cleaned) if ENCLOSED in notes and reading.numbers else reading


def _propose(problem: str, guess: str) -> Reading:
    """The problem, and the number it would be if the guess were right; no proposal where it is none."""
    return Reading(problem=problem, proposal=guess if _one(guess).numbers else "")


def _join(readings: list[Reading], notes: tuple[str, ...]) -> Reading:
    bad = next((r for r in readings if r.problem), None)
    if bad is not None or not readings:
        return bad or Reading(problem="invalid")
    if len(readings) > 2:
        return Reading(problem="many")
    numbers = {number.digits: number for r in readings for number in r.numbers}
    every = notes + tuple(note for r in readings for note in r.notes)
    return Reading(tuple(numbers.values()), tuple(dict.fromkeys(every)))


def _clean(text: str) -> tuple[str, tuple[str, ...]]:
    """NFKC, no format characters, no spaces, ASCII digits; notes say what was changed (rows 3-12, 19, 21)."""
    folded = unicodedata.normalize("NFKC", text).translate(DASHES)
    kept = [c for c in folded if unicodedata.category(c) not in ("Cf", "Mn", "Me") and not c.isspace()]
    ascii_digits = [str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in kept]
    kept_text = "".join(c for c in ascii_digits if unicodedata.category(c) != "So")
    bare = MARKER.sub("", kept_text)
    labelled = re.sub(r"^:", "", LABEL.sub("", bare))
    remarked = REMARK.sub("", labelled)
    plain = re.sub(r"^(\+?\d+)\.0$", r"\1", remarked)
    notes = [ENCLOSED] if any(_enclosed(char) for char in text) else []
    if ascii_digits != kept:
        notes.append("converted_digits")
    if labelled != kept_text or plain != remarked:
        notes.append("stripped_marker")
    if remarked != labelled:
        notes.append("same_wechat")
    return plain, tuple(notes)


def _enclosed(char: str) -> bool:
    """Circled, raised and similar digits: no keyboard types them, so somebody should look (row 6)."""
    return char.isdigit() and not char.isdecimal()


def _one(text: str) -> Reading:
    bare, extension = text, ""
    if found := EXTENSION.search(text):
        bare, extension = text[: found.start()], found.group(1)
    if re.search(r"[a-z转分机#,]", bare, re.I) or bare.count("+") > 1 or "+" in bare[1:]:
        return Reading(problem="characters")
    digits = re.sub(r"\D", "", bare)
    if bare.startswith("+"):
        return _international(digits, extension)
    if digits.startswith("00") and len(digits) > 9:
        return _international(digits[2:], extension, certain=True)
    if len(digits) == 13 and digits.startswith("861"):
        return _international(digits, extension)
    return _domestic(digits, extension)


def _domestic(digits: str, extension: str) -> Reading:
    """A number written without a country code is the mainland's (rows 1, 24-29)."""
    if digits.startswith("10648") and len(digits) == 13:
        return Reading(problem="machine")
    if SERVICE.match(digits):
        return Reading(problem="service")
    if digits.startswith("1") and len(digits) >= 9:
        return _mainland(digits, extension) if len(digits) == 11 else _miscounted(digits)
    if 7 <= len(digits) <= 8 and not digits.startswith("0"):
        return Reading(problem="area")
    if digits.startswith("0"):
        return _mainland(digits[1:], extension)
    return _miscounted(digits) if 9 <= len(digits) <= 12 else Reading(problem="invalid")


def _miscounted(digits: str) -> Reading:
    return Reading(problem="length", count=len(digits))


def _international(digits: str, extension: str, *, certain: bool = False) -> Reading:
    """A number with its country; +1 before a mainland shape is a spreadsheet's doing unless `certain` (row 18)."""
    if digits.startswith("86"):
        return _mainland(digits[2:].removeprefix("0"), extension)
    if not certain and len(digits) == 11 and re.match(r"1[3-9]\d", digits) and _mobile_shape("86" + digits):
        return Reading(problem="country")
    return _parsed(digits, extension)


def _mobile_shape(digits: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.PhoneNumber(86, int(digits[2:])))


def _mainland(national: str, extension: str) -> Reading:
    if national.startswith("1") and len(national) in (10, 12) and national[:2] not in ("10",):
        return _miscounted(national)
    if national.startswith("1") and len(national) == 11 and not re.match(r"1[3-9]", national):
        return Reading(problem="prefix") if not national.startswith("10") else _parsed("86" + national, extension)
    return _parsed("86" + national, extension)


def _parsed(digits: str, extension: str) -> Reading:
    """Ask the numbering plan; anything it does not know is refused."""
    try:
        parsed = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return Reading(problem="invalid")
    if not phonenumbers.is_valid_number(parsed):
        return Reading(problem="prefix" if digits.startswith("861") and len(digits) == 13 else "invalid")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    region = phonenumbers.region_code_for_number(parsed) or "ZZ"
    kind = phonenumbers.number_type(parsed)
    types = phonenumbers.PhoneNumberType
    if kind not in (types.MOBILE, types.FIXED_LINE, types.FIXED_LINE_OR_MOBILE):
        return Reading(problem="service")
    virtual = bool(VIRTUAL.match(e164)) and len(e164) == 13
    name = "landline" if kind == types.FIXED_LINE else "mobile"
    return Reading((Number(e164, name, region, extension, virtual),), _notes(name, region, extension, virtual))


def _notes(kind: str, region: str, extension: str, virtual: bool) -> tuple[str, ...]:
    notes = []
    if extension and kind == "mobile":
        notes.append("extension")
    if region != "CN":
        notes.append("cross_border")
    if virtual:
        notes.append("virtual_operator")
    return tuple(notes)
