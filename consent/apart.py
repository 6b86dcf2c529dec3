"""Four things are never one tick among others: handing on, publication, sensitive data and abroad (C3, PIPL 23, 25, 29, 39).

Each is agreed to in a step of its own or by a signature: no notice asks otherwise, and the gate and the database refuse it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from consent import abroad, register
from consent.models.notice import Form, Purpose

# The operations that are apart by what they do, whichever data they touch.
OPERATIONS = {"pass_on": "handover", "publish": "publication"}


class Tick(Protocol):
    """A tick as it is judged here, with its purpose."""

    purpose_id: str
    purpose: Purpose
    channel: str
    recipient: str


def causes(operations: Collection[str], categories: Collection[str]) -> list[str]:
    """Why a purpose that does this with these data is apart: handover, publication, sensitive; empty where it is not (C3)."""
    found = [cause for operation, cause in OPERATIONS.items() if operation in operations]
    return found + (["sensitive"] if register.sensitive(categories) else [])


def form(named: str, operations: Collection[str], categories: Collection[str]) -> str:
    """By which act a purpose is agreed to: as its row names it, and at least in a step of its own where it is apart."""
    return str(Form.SEPARATE) if named == Form.GENERAL and causes(operations, categories) else named


def of_tick(tick: Tick, content: Mapping[str, Any]) -> list[str]:
    """Why this tick is apart in a notice of these words: by its purpose, by naming a recipient, and by where that one is."""
    found = causes(tick.purpose.operations, tick.purpose.categories)
    if tick.recipient and "handover" not in found:
        found.insert(0, "handover")
    return found + (["abroad"] if tick.recipient in abroad.names(content) else [])


def gaps(content: Mapping[str, Any], ticks: Sequence[Tick]) -> Iterator[str]:
    """The ticks that are apart though their purpose is agreed to as one among others, as tick_purpose_channel_apart (C3)."""
    for tick in ticks:
        if tick.purpose.form == Form.GENERAL and of_tick(tick, content):
            yield f"tick_{tick.purpose_id}_{tick.channel}_apart"
