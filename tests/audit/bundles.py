"""Exports to try things on: made, taken apart, and put together again as a forger would."""

import hashlib
import json
import zipfile

import pytest

from audit import bundle, export, verify
from audit.offline import verify as stranger
from tests.audit.cast import AT


def export_to(path, criteria=export.EVERYTHING):
    """Write an export there."""
    path.write_bytes(b"".join(export.stream(criteria, at=AT)))
    return path


def parts(path):
    """The files of a zip, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezip(path, files):
    """Make that zip anew of these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rehash(files, **claims):
    """Make the manifest agree with the files again, as a clever forger would."""
    told = json.loads(files[bundle.MANIFEST]) | claims
    rest = {name: content for name, content in files.items() if name != bundle.MANIFEST}
    told["files"] = {name: {"sha256": hashlib.sha256(content).hexdigest()} for name, content in rest.items()}
    return files | {bundle.MANIFEST: json.dumps(told).encode()}


def word(path, **rest):
    """The word with which a bundle is refused."""
    with pytest.raises(verify.Broken) as broken:
        verify.bundle_file(path, **rest)
    return broken.value.word


def manifest(path):
    """What the manifest of a zip says."""
    return json.loads(parts(path)[bundle.MANIFEST])


def lines_of(path):
    """The word with which a stranger is told, and the lines it concerns."""
    with pytest.raises(stranger.Failed) as failed:
        stranger.verify(path)
    return failed.value.word, failed.value.line, failed.value.last
