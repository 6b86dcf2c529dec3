"""What the sealer remembers outside the database, so that no restored or rewritten database can fool it."""

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Remembered:
    """The newest checkpoint that this sealer has signed."""

    origin: str
    size: int
    root: bytes


def read(path: Path) -> Remembered | None:
    """What is remembered, or None where nothing is; raises ValueError for a file that is not one of ours."""
    try:
        told = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    try:
        remembered = Remembered(str(told["origin"]), int(told["size"]), b64decode(told["root"], validate=True))
    except (KeyError, TypeError) as error:
        raise ValueError("the sealer's memory is damaged") from error
    if remembered.size < 0 or len(remembered.root) != 32:
        raise ValueError("the sealer's memory is damaged")
    return remembered


def write(path: Path, remembered: Remembered) -> None:
    """Put it on the disk whole or not at all: a new file, flushed, then renamed, and the folder flushed."""
    told = {"origin": remembered.origin, "size": remembered.size, "root": b64encode(remembered.root).decode()}
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
