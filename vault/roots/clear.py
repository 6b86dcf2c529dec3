"""The roots "file" and "env": keys stand open where only this process may read."""

from base64 import b64decode, b64encode
from dataclasses import dataclass


@dataclass(frozen=True)
class Clear:
    """Base64 and nothing else; the file's mode and owner, or the process environment, are the protection."""

    name: str
    field: str = "material"

    def wrap(self, material: bytes) -> str:
        """The key in base64."""
        return b64encode(material).decode()

    def unwrap(self, written: str) -> bytes:
        """The key; raises ValueError for anything but base64."""
        return b64decode(written, validate=True)
