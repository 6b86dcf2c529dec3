"""A store in a folder of this machine, for the service's eyes alone."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from consent.stores.store import NoSuchFile, StoreAway

PROBE = "probe"


class Folder:
    """Files of mode 0600, written beside their place and moved into it."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made by the first file."""
        self.folder, self.where = folder, str(folder)

    def put(self, name: str, blob: bytes) -> None:
        """On the disk, whole, before anybody relies on it."""
        path = self.folder / name
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(blob)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as broken:
            raise StoreAway(f"the folder of evidence cannot be written: {broken.strerror}") from None

    def get(self, name: str) -> bytes:
        """The file."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            raise NoSuchFile from None
        except OSError as broken:
            raise StoreAway(f"the folder of evidence cannot be read: {broken.strerror}") from None

    def delete(self, name: str) -> None:
        """The file goes."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as broken:
            raise StoreAway(f"a file of evidence cannot be deleted: {broken.strerror}") from None

    def old(self, *, before: datetime) -> Iterator[str]:
        """Files by the time at which they were last written; one that vanishes meanwhile is none."""
        for path in list(self.folder.glob("??/*")):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except OSError:
                continue
            if written < before:
                yield str(path.relative_to(self.folder))

    def prove(self) -> None:
        """A file comes and goes, of a name of its own: the processes of a site start at once and each proves."""
        name = f"{PROBE}-{secrets.token_hex(8)}"
        self.put(name, b"")
        self.delete(name)
