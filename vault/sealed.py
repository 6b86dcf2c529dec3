"""A closed box: carries ciphertext and where it belongs, and shows nothing by any ordinary road."""

from typing import Any, NoReturn
from uuid import UUID

DOTS = "••••"


class Sealed:
    """One sealed value; cannot leak by str, repr, format, comparison, JSON or pickle (vault.md §4.8)."""

    __slots__ = ("blob", "field_id", "owner", "row")

    def __init__(self, blob: bytes, *, field_id: str, row: UUID | None, owner: UUID | None) -> None:
        """`row` and `owner` are None when the value was read without its row and cannot be opened."""
        self.blob = bytes(blob)
        self.field_id = field_id
        self.row = row
        self.owner = owner

    def __repr__(self) -> str:
        """Dots."""
        return DOTS

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Dots, whatever the format."""
        return DOTS

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a sealed value cannot be compared, hashed, measured or walked through")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __len__ = __iter__ = __contains__ = _refuse
    __hash__ = _refuse

    def __bool__(self) -> bool:
        """True: there is a value; says nothing of it."""
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle carries the ciphertext only."""
        return (_rebuild, (self.blob, self.field_id, self.row, self.owner))


def _rebuild(blob: bytes, field_id: str, row: UUID | None, owner: UUID | None) -> Sealed:
    return Sealed(blob, field_id=field_id, row=row, owner=owner)


def from_row(blob: bytes | memoryview, field_id: str) -> Sealed:
    """A box as a row brings it; whose it is, the row's attribute adds when somebody reads it."""
    box = Sealed.__new__(Sealed)
    box.blob, box.field_id, box.row, box.owner = bytes(blob), field_id, None, None
    return box
