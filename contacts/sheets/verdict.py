"""One verdict for every row: ready, held or refused, and why; none lost, none silently changed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contacts.sheets import dates, upstream
from contacts.sheets.dates import DateRefused, Habits
from contacts.sheets.plan import Plan
from contacts.sheets.table import Row
from contacts.sheets.upstream import Proof, Upstream
from vault import names, phone
from vault.phone import Number

YES = frozenset(["是", "同意", "y", "yes", "√", "✓", "✔", "☑", "1", "true", "对", "ok", "v", "有", "agree", "agreed"])
TOTALS = frozenset(["合计", "总计", "小计", "共计", "总数", "合计人数", "total", "sum", "subtotal", "grand total"])
TEXTS = ("company", "title", "wechat", "email", "note")
HELD_DATES = ("order", "year", "roc")
LOST = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|#+)")
FLOAT = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,2})", re.I)


@dataclass(frozen=True)
class Rules:
    """What rows are judged by: the plan, the day it is, and what the event's notice asks for since when.

    `upstream` is the agreement with the partner who passed the list on, where one did (E1).
    """

    plan: Plan
    today: date
    notice_from: date | None = None
    channels: frozenset[str] = frozenset(["call", "sms"])
    serials: bool = False
    upstream: Upstream | None = None

    @property
    def habits(self) -> Habits:
        """How the dates of this file are read."""
        choices = self.plan.choices
        return Habits(choices.order, choices.year, choices.roc, self.serials)


@dataclass
class RowVerdict:
    """What becomes of one row, with its cleaned values in memory only."""

    number: int
    status: str
    reason: str = ""
    name: str = ""
    numbers: tuple[Number, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    signed_on: date | None = None
    proof: Proof = Proof()

    def __repr__(self) -> str:
        """Row and verdict, no values."""
        return f"<RowVerdict {self.number} {self.status} {self.reason}>"


def keys(numbers: tuple[Number, ...]) -> list[str]:
    """The numbers by which a person is known again: the first, and every mobile."""
    return list(dict.fromkeys(n.digits for place, n in enumerate(numbers) if place == 0 or n.kind == "mobile"))


class _Refused(Exception):
    """This row cannot be taken; the code names why."""


def mark(text: str) -> bool:
    """Whether a cell says yes; anything unclear is no (row 78)."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").strip().lower()
    return plain in YES


def judge(rows: Iterable[Row], rules: Rules) -> Iterator[RowVerdict]:
    """A verdict for every data row, in order: read = ready + held + refused."""
    seen: set[str] = set()
    proofs: set[str] = set()
    for row in rows:
        try:
            verdict = _judge(row, rules)
        except _Refused as refused:
            verdict = RowVerdict(row.number, "refused", str(refused))
        if verdict.status != "refused":
            if seen.intersection(keys(verdict.numbers)):
                verdict = RowVerdict(row.number, "refused", "duplicate_row")
            seen.update(keys(verdict.numbers))
        if rules.upstream is not None and verdict.status == "ready":
            _once(verdict, proofs)
        yield verdict


def _once(verdict: RowVerdict, proofs: set[str]) -> None:
    """One consent speaks for one person: a second row that names it waits."""
    if (mark := upstream.mark(verdict.proof)) in proofs:
        verdict.status, verdict.reason = "held", "partner.twice"
    proofs.add(mark)


def _judge(row: Row, rules: Rules) -> RowVerdict:
    cells = _cells(row, rules.plan.roles)
    name, texts = _texts(cells)
    numbers, notes = _numbers(cells, rules.plan.choices.two)
    signed_on, doubt = _signed_on(cells.get("signed_on", ""), rules)
    channels = tuple(channel for channel in _channels(cells, rules) if channel in rules.channels)
    verdict = RowVerdict(row.number, "ready", notes, name, numbers, texts, channels, signed_on)
    shown = "" if rules.upstream is None else _passed_on(verdict, cells, rules.upstream, doubt)
    open_questions = (shown, "" if channels else "proof", "two_numbers" if notes == "two_numbers" else "", doubt)
    if first := next(filter(None, open_questions), None):
        verdict.status, verdict.reason = "held", first
    return verdict


def _passed_on(verdict: RowVerdict, cells: Mapping[str, str], agreed: Upstream, doubt: str) -> str:
    """Keep of the row what the agreement lists, and the consent it names; why that is none, if so (E1, E2)."""
    try:
        verdict.proof = upstream.read(cells)
    except names.TextRefused:
        raise _Refused("cell") from None
    beyond = [role for role, text in verdict.texts.items() if text and role not in agreed.categories]
    if beyond:
        verdict.texts |= dict.fromkeys(beyond, "")
        verdict.reason = verdict.reason or "partner.less"
    if doubt and not agreed.gap:
        return doubt
    return upstream.gap(verdict.proof, agreed, day=verdict.signed_on, numbers=verdict.numbers)


def _cells(row: Row, roles: Mapping[str, int]) -> dict[str, str]:
    """The mapped cells of a row that can be judged at all."""
    if next((c for c in row.cells if c), "").strip().lower() in TOTALS:
        raise _Refused("total")
    if row.problem:
        raise _Refused(row.problem)
    cells = {role: row.cells[column] if column < len(row.cells) else "" for role, column in roles.items()}
    if any(LOST.fullmatch(cell) for cell in cells.values()):
        raise _Refused("formula")
    return cells


def _texts(cells: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    try:
        name = names.clean_name(cells.get("name", ""))
        return name, {role: names.clean_line(cell, 200) if (cell := cells.get(role, "")) else "" for role in TEXTS}
    except names.TextRefused as refused:
        raise _Refused("name" if refused.code in ("empty", "long") else "cell") from None


def _numbers(cells: Mapping[str, str], two: str) -> tuple[tuple[Number, ...], str]:
    """The row's numbers, and the code of what a person must know about them (row 22)."""
    mobile, landline = cells.get("mobile", ""), cells.get("landline", "")
    main = mobile or landline
    reading = phone.read(_exact(main))
    if reading.problem is not None:
        raise _Refused(f"number.{reading.problem}")
    numbers, note = reading.numbers, ""
    if len(numbers) > 1:
        note = {"first": "first_number", "both": "both_numbers"}.get(two, "two_numbers")
        numbers = numbers[:1] if two == "first" else numbers
    if mobile and landline:
        more = phone.read(landline).numbers
        note, numbers = (note, numbers + more) if len(more) == 1 else (note or "landline", numbers)
    return tuple({n.digits: n for n in numbers}.values()), note


def _exact(text: str) -> str:
    """A number written as 1.3912345678E10 in full; one that a spreadsheet has rounded is refused."""
    found = FLOAT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return text
    whole, fraction, power = found[1], found[2] or "", int(found[3])
    if len(fraction) != power:
        raise _Refused("number.rounded")
    return whole + fraction


def _signed_on(text: str, rules: Rules) -> tuple[date | None, str]:
    """The day of the signature, or the code of a question that nobody has answered yet."""
    try:
        day = dates.read(text, rules.habits)
        if day is not None:
            dates.check(day, today=rules.today, notice_from=rules.notice_from)
    except DateRefused as refused:
        if refused.code in HELD_DATES:
            return None, f"date.{refused.code}"
        raise _Refused(f"date.{refused.code}") from None
    return day, ""


def _channels(cells: Mapping[str, str], rules: Rules) -> tuple[str, ...]:
    """A word about calls counts before a general word: a no to calls is never outvoted.

    In a partner's list that has no such column the consents are what the agreement says they are.
    """
    if rules.upstream is not None and not cells.keys() & {"consent_call", "consent_sms", "consent"}:
        return tuple(sorted(rules.channels))
    call, general = cells.get("consent_call", ""), cells.get("consent", "")
    marks = {"call": mark(call or general), "sms": mark(cells.get("consent_sms", ""))}
    return tuple(channel for channel, yes in marks.items() if yes)
