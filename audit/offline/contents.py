"""The files of a bundle, and what its manifest may claim."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import IO, Any

from audit.offline.signature import Failed

FORMAT, FORMER = "yunnuo-trail/4", ("yunnuo-trail/2", "yunnuo-trail/3")
ENTRIES, SHEET, MANIFEST, CHECKPOINT, VKEY = "entries.jsonl", "entries.csv", "manifest.json", "checkpoint.txt", "vkey.txt"
CHECKPOINTS = "checkpoints.jsonl"
BESIDE = (CHECKPOINTS, "README.zh.txt", "README.en.txt", "verify.py", "witness.py", "certificate.py")
NEEDED = {ENTRIES, SHEET, MANIFEST, CHECKPOINT, VKEY}


class Bundle:
    """A zip or a folder, read file by file."""

    def __init__(self, path: Path) -> None:
        """Open it; raises Failed("bundle")."""
        try:
            self.zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError):
            raise Failed("bundle") from None
        self.folder = path
        inside = (one.relative_to(path).as_posix() for one in path.rglob("*") if not one.is_dir())
        self.names = names = self.zip.namelist() if self.zip else list(inside)
        plain = {name for name in names if not name.startswith("anchors/")}
        if len(names) != len(set(names)) or not NEEDED.issubset(plain) or plain - NEEDED - set(BESIDE):
            raise Failed("bundle")

    def open(self, name: str) -> IO[bytes]:
        """A file of the bundle, as bytes."""
        return self.zip.open(name) if self.zip else (self.folder / name).open("rb")

    def read(self, name: str, limit: int = 1 << 20) -> bytes:
        """A small file, whole."""
        with self.open(name) as file:
            return file.read(limit)

    def digest(self, name: str) -> str:
        """SHA-256 of a file."""
        with self.open(name) as file:
            found = hashlib.sha256()
            while piece := file.read(1 << 16):
                found.update(piece)
        return found.hexdigest()


def beside(folder: Path) -> Path | None:
    """What a program in this folder is about when nothing is named: the one zip there, else the folder itself; or nothing."""
    zips = sorted(folder.glob("*.zip"))
    if zips:
        return zips[0] if len(zips) == 1 else None
    return folder if (folder / ENTRIES).is_file() else None


def manifest_of(bundle: Bundle) -> dict[str, Any]:
    """The manifest, with every claim of the right kind."""
    try:
        told: dict[str, Any] = json.loads(bundle.read(MANIFEST))
        size, first, end, count = numbers = [told[key] for key in ("size", "first", "end", "count")]
        hashes = [bytes.fromhex(one) for one in (*told["left"], *told["right"])]
        told["listed"] = {name: str(one["sha256"]) for name, one in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failed("manifest") from None
    if (
        told["format"] not in (FORMAT, *FORMER)
        or not all(type(one) is int for one in numbers)
        or any(len(one) != 32 for one in hashes)
    ):
        raise Failed("manifest")
    whole = (first, end, count) == (0, size, size)
    if not 0 <= first <= end <= size or not 0 <= count <= end - first or told.get("complete") is not whole:
        raise Failed("manifest")
    return told


def same_files(bundle: Bundle, told: dict[str, Any]) -> None:
    """Every file is the one the manifest lists, and none is there that it does not; raises Failed.

    Earlier formats listed the entries, the sheet and, from the third on, the checkpoints on the way; what lay beside
    them was in nobody's list.
    """
    listed, there = told["listed"], set(bundle.names) - {MANIFEST}
    wanted = {FORMAT: there, FORMER[0]: {ENTRIES, SHEET}, FORMER[1]: {ENTRIES, SHEET, CHECKPOINTS}}[told["format"]]
    if not set(listed) <= there:
        raise Failed("bundle")
    if not wanted <= set(listed):
        raise Failed("bundle" if told["format"] == FORMAT else "manifest")
    for name in sorted(wanted):
        if bundle.digest(name) != listed[name]:
            raise Failed("files", name=name)
