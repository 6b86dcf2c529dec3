"""What a stranger needs to check an export: one file that runs anywhere, and a page that says how."""

import re
from pathlib import Path

HERE = Path(__file__).parent
_OWN = re.compile(r"^from audit\.offline\.[^\n]*\n", re.MULTILINE)
PROGRAMS = ("verify.py", "witness.py", "certificate.py")
_PARTS = {"verify.py": ("merkle.py", "signature.py", "contents.py", "entries.py", "waymarks.py")}
_ALL = ("merkle.py", "signature.py")


def one_file(name: str) -> bytes:
    """A program as a single file without our packages: its parts are put in where it imports them."""
    whole = (HERE / name).read_text(encoding="utf-8")
    parts = "".join(_OWN.sub("", (HERE / part).read_text(encoding="utf-8")) for part in _PARTS.get(name, _ALL))
    first = _OWN.search(whole)
    if first is None:
        raise LookupError("the program imports no part")
    return (whole[: first.start()] + parts + _OWN.sub("", whole[first.start() :])).encode()


def pages() -> dict[str, bytes]:
    """The files that go beside the entries, by name."""
    read = {name: (HERE / name).read_bytes() for name in ("README.zh.txt", "README.en.txt")}
    return read | {name: one_file(name) for name in PROGRAMS}
