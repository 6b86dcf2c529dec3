"""One number of the first page."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Tile:
    """One number that matters today, where it leads (if anywhere), and how it should look."""

    label: Promise
    count: int
    hint: Promise | str
    url: str
    icon: str
    tone: str = ""
