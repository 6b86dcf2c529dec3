"""What a sheet is once it is read: a header, rows, and how it was written. Knows no framework."""

from dataclasses import dataclass, field

ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5hkscs")
DELIMITERS = (",", ";", "\t", "|")
MAX_ROWS = 100_000
MAX_CELL = 2_000
MAX_LINES = 10  # line breaks in one cell; more is a quotation mark that was never closed


class SheetRefused(Exception):
    """The file cannot be read as a sheet; the code names why, `row` where, if that is known."""

    def __init__(self, code: str, row: int = 0) -> None:
        """Keep the code and the row's number, nothing of the file."""
        super().__init__(code)
        self.row = row


@dataclass(frozen=True)
class Row:
    """One data row with the number the user sees beside it; `problem` when it cannot be taken as it stands."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Ask:
    """How a file is to be read; what is left empty is found out. `watch` names the columns of some roles."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    watch: dict[str, int] | None = None


@dataclass(frozen=True)
class Head:
    """What is known of a sheet before its rows: the header, and how the file is written."""

    header: tuple[str, ...]
    kind: str = "text"
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    hidden: tuple[int, ...] = ()
    serials: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet: its head, the rows that were kept, how many there are, and what a person must be asked."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    head: Head = field(default_factory=lambda: Head(()))
    count: int = 0
    questions: frozenset[str] = frozenset()
