"""Opens a whole page of sealed values at once and lets out only what the reader's level allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from team.fields import Level
from vault import masks, opening
from vault.sealed import Sealed


@dataclass(frozen=True)
class Wish:
    """One sealed value to be shown at one level; `number` tells a phone number from a text."""

    sealed: Sealed | None
    level: Level
    number: bool = False


def show(wishes: Sequence[Wish]) -> list[str]:
    """The shown form of each value, in order: one query for all keys, no value above its level.

    Texts show whole from level CALL on, masked below; numbers are never shown whole here.
    A value that cannot be opened shows a word for it and harms no other. Serves I4.
    """
    wanted = [(i, wish.sealed) for i, wish in enumerate(wishes) if wish.sealed is not None and wish.level > Level.HIDDEN]
    opened = opening.open_many([sealed for _i, sealed in wanted])
    shown = [""] * len(wishes)
    for (i, _sealed), result in zip(wanted, opened, strict=True):
        shown[i] = _("cannot be opened") if result.error else _form(str(result.value), wishes[i])
    return shown


def word(opened: opening.Opened, level: Level) -> str:
    """One opened text as this level shows it."""
    if level is Level.HIDDEN:
        return ""
    if opened.error:
        return _("cannot be opened")
    return str(opened.value) if level >= Level.CALL else masks.mask_name(str(opened.value))


def _form(value: str, wish: Wish) -> str:
    if wish.number:
        return masks.last4_mask(value) if wish.level == Level.LAST4 else masks.mask_number(value)
    if wish.level >= Level.CALL:
        return value
    return masks.mask_name(value)
