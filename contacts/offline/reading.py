"""What a device sends, read strictly: a record's own words in the open, its seal, its mark, and the form within."""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from consent import ages
from consent.models import NoticePurpose
from consent.models.notice import Form as Form_
from contacts.models import EventTick, OfflineDevice
from vault import names, phone
from vault.phone import Number

SAID = "yunnuo-offline-1\n{device}\n{name}\n{counter}\n{made}\n"
LONGEST = 8192  # bytes of one sealed form
MOST = 20  # records in one request
LAST = 1_000_000


class RecordRefused(Exception):
    """A record that is not taken; `code` is the outcome."""

    def __init__(self, code: str) -> None:
        """Keep which."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Handed:
    """One record as it came: its name, its number, the time it names, the seal and the mark."""

    name: UUID
    counter: int
    made: str
    sealed: bytes
    mark: bytes

    def said(self, device: UUID) -> bytes:
        """What the record says in the open; bound to the seal, and signed with it."""
        return SAID.format(device=device, name=self.name, counter=self.counter, made=self.made).encode()

    @property
    def made_at(self) -> datetime | None:
        """The time as the device had it; None for what is no time in UTC."""
        try:
            return datetime.strptime(self.made, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        except ValueError:
            return None


@dataclass(frozen=True)
class Form:
    """A visitor's form, opened and clean; it lives in memory alone."""

    name: str
    number: Number
    ticks: list[NoticePurpose]
    language: str
    age: str


def handed(told: Any) -> tuple[list[Handed], datetime]:
    """The records of one request by their numbers, and the device's clock as it sent them; ValueError, KeyError, TypeError."""
    rows, now = told["records"], datetime.fromtimestamp(int(told["now"]) / 1000, tz=UTC)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        raise ValueError("records")
    found = [_one(row) for row in rows]
    return sorted(found, key=lambda row: row.counter), now


def _one(row: Any) -> Handed:
    counter, made = row["counter"], row["made"]
    if (
        type(counter) is not int
        or not 1 <= counter <= LAST
        or not isinstance(made, str)
        or len(made) > 40
        or not made.isascii()
    ):
        raise ValueError("record")
    sealed, mark = b64decode(row["sealed"], validate=True), b64decode(row["mark"], validate=True)
    if len(sealed) > LONGEST:
        raise ValueError("record")
    return Handed(UUID(row["name"]), counter, made, sealed, mark)


def form_of(plain: bytes, device: OfflineDevice) -> Form:
    """The form within a seal; raises RecordRefused("content") for what the event's own form would not have taken."""
    try:
        told = json.loads(plain.decode().rstrip("\0"))
        name, number = names.clean_name(told["name"]), phone.normalise(told["number"])
        wanted = {UUID(pk) for pk in told["ticks"]}
        language, age = "en" if told["language"] == "en" else "zh-hans", str(told["age"])
        ages.must_be_adult(age)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        names.TextRefused,
        phone.PhoneRefused,
        ages.UnderAge,
    ):
        raise RecordRefused("content") from None
    ticks = [tick for tick in offered(device) if tick.pk in wanted]
    if not ticks or len(ticks) != len(wanted):
        raise RecordRefused("content")
    return Form(name, number, ticks, language, age)


def offered(device: OfflineDevice) -> list[NoticePurpose]:
    """What this device asks: a tick's worth; what needs a step of its own, or a signature, it cannot take (C2, C4)."""
    rows = EventTick.objects.filter(event=device.event_id, tick__version=device.version_id, tick__purpose__form=Form_.GENERAL)
    return [row.tick for row in rows.select_related("tick").order_by("tick__order")]
