"""The queue in files, for one machine without Redis: kombu's, but no message and no table is ever seen half written."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Whatever others read is written beside it and renamed: kombu opens the file by its name first and fills it then."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # stubs name it so or so
        """Put a message there whole, or not at all."""
        _write(Path(self.data_folder_out) / f"{monotonic() * 1000:.0f}_{uuid4()}.{queue}.msg", payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The next message, which nobody else gets; what cannot be read is put aside, so that it is met once."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # another worker was quicker
                continue
            content = taken.read_bytes()
            taken.unlink()
            try:
                return loads(bytes_to_str(content))
            except ValueError:
                logger.error("a file in the queue was no message")
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        """Which queues an exchange feeds; none where a crash of an older version left half a table."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        """Add a row to the table, one process at a time."""
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            rows = self.get_table(exchange)
            if row not in rows:
                _write(self._exchange_file(exchange), [row, *rows])  # type: ignore[attr-defined]  # its stubs are older

    def _delete(self, queue: str, *told: Any, **more: Any) -> None:
        """Take a row out of the table, one process at a time."""
        with self._alone():
            super()._delete(queue, *told, **more)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write(file: Path, content: Any) -> None:
    part = file.with_name(f"{file.name}.{uuid4()}.part")
    try:
        part.write_bytes(str_to_bytes(dumps(content)))
        part.replace(file)
    except OSError as lost:
        part.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write {file.name}: {type(lost).__name__}") from None


class Transport(filesystem.Transport):
    """Kombu's, over these channels."""

    Channel = Channel


def use() -> None:
    """Every address that begins with filesystem:// means this one from now on."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
