"""How a sheet is to be understood: what each column is, and what a person answered about the file, once."""

from dataclasses import dataclass, field
from typing import Any

TWO = ("hold", "first", "both")
ORDERS = ("", "dmy", "mdy")


@dataclass(frozen=True)
class Choices:
    """Answers of the person who confirmed the columns; each default is the one that takes least."""

    two: str = "hold"
    order: str = ""
    year: int = 0
    roc: bool = False


@dataclass(frozen=True)
class Plan:
    """Roles and choices; `header` is a keyed digest by which the same header is known again."""

    roles: dict[str, int]
    choices: Choices = field(default_factory=Choices)
    header: str = ""
    confirmed: bool = False

    def stored(self) -> dict[str, Any]:
        """As it is kept with the import: roles beside one entry for everything else."""
        rest = {**vars(self.choices), "header": self.header, "confirmed": self.confirmed}
        return {**self.roles, "choices": rest}


def of(stored: dict[str, Any]) -> Plan:
    """The plan that was kept with an import."""
    rest = dict(stored.get("choices") or {})
    header, confirmed = rest.pop("header", ""), bool(rest.pop("confirmed", False))
    return Plan(roles(stored), Choices(**rest), header, confirmed)


def roles(stored: dict[str, Any]) -> dict[str, int]:
    """Role → column."""
    return {role: column for role, column in stored.items() if role != "choices"}
