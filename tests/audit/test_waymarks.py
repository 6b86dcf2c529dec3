"""Earlier checkpoints go with an export, so that a stranger learns where a root went wrong."""

import json
from datetime import timedelta

import pytest

from audit import bundle, note, sealing, tree
from audit.models import Seal
from audit.offline import verify as stranger
from audit.search import Criteria
from tests.audit.bundles import export_to, lines_of, parts, rehash, rezip
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def good(sealer, tmp_path):
    """Sixty entries, sealed after every tenth, as the files of an export."""
    for _ten in range(6):
        write(10)
        sealing.seal(sealer, at=AT)
    return parts(export_to(tmp_path / "trail.zip"))


def test_the_checkpoints_on_the_way_are_there(good):
    told = [note.parse(json.loads(line)["note"]).size for line in good[bundle.CHECKPOINTS].splitlines()]
    assert told == [10, 20, 30, 40, 50]


@pytest.mark.parametrize("n", [0, 9, 10, 33, 49, 59])
def test_a_line_changed_is_found_between_the_checkpoints_around_it(good, tmp_path, n):
    lines = good[bundle.ENTRIES].splitlines(keepends=True)
    lines[n] = lines[n].replace(b'"out":"ok"', b'"out":"no"')
    files = rehash(good | {bundle.ENTRIES: b"".join(lines)})
    first = n // 10 * 10 + 1
    assert lines_of(rezip(tmp_path / "x.zip", files)) == ("root", first, first + 9)


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({}, ("count", 31, 40)),
        ({"count": 59, "end": 59, "complete": False}, ("manifest", 0, 0)),
        ({"count": 59, "end": 59, "complete": False, "right": ["00" * 32]}, ("root", 31, 40)),
        ({"count": 59, "end": 59, "size": 59}, ("count", 0, 0)),
    ],
)
def test_a_line_left_out_is_found_there_too_whatever_the_manifest_says(good, tmp_path, claims, found):
    lines = good[bundle.ENTRIES].splitlines(keepends=True)
    files = rehash(good | {bundle.ENTRIES: b"".join(lines[:33] + lines[34:])}, **claims)
    assert lines_of(rezip(tmp_path / "x.zip", files)) == found


def test_a_forged_checkpoint_accuses_nobody_and_a_signed_one_of_another_history_does(good, tmp_path, sealer):
    other = note.Checkpoint(ORIGIN, 30, tree.EMPTY)
    forged = note.sign(other, sealer.signer).replace("\u2014 ", "\u2014 x", 1)
    for text, found in ((forged, ("signature", 0, 0)), (note.sign(other, sealer.signer), ("history-rewritten", 1, 30))):
        files = rehash(good | {bundle.CHECKPOINTS: bundle.waymarks([text])})
        assert lines_of(rezip(tmp_path / "x.zip", files)) == found


@pytest.mark.parametrize("content", [b"x\n", b"[]\n", b'{"note":1}\n', b'{"note":"a\\nb"}\n'])
def test_what_is_no_checkpoint_is_refused(good, tmp_path, content):
    assert lines_of(rezip(tmp_path / "x.zip", rehash(good | {bundle.CHECKPOINTS: content})))[0] in ("manifest", "signature")


def test_an_export_of_before_is_still_read(good, tmp_path):
    """The second format had no checkpoints on the way; the third had them, and listed nothing of what lay beside."""
    told = json.loads(good[bundle.MANIFEST])

    def former(form, *names):
        listed = {name: told["files"][name] for name in names}
        return good | {bundle.MANIFEST: json.dumps(told | {"format": form, "files": listed}).encode()}

    third = former("yunnuo-trail/3", bundle.ENTRIES, bundle.SHEET, bundle.CHECKPOINTS)
    second = former("yunnuo-trail/2", bundle.ENTRIES, bundle.SHEET)
    del second[bundle.CHECKPOINTS]
    assert [stranger.verify(rezip(tmp_path / "x.zip", files)).shown for files in (second, third)] == [60, 60]
    for name in (bundle.ENTRIES, bundle.SHEET, bundle.CHECKPOINTS):
        changed = rezip(tmp_path / "x.zip", third | {name: third[name] + b" "})
        assert lines_of(changed) == ("files", 0, 0)
    less = former("yunnuo-trail/3", bundle.ENTRIES, bundle.SHEET)
    assert lines_of(rezip(tmp_path / "x.zip", less)) == ("manifest", 0, 0)


def test_a_range_has_only_the_checkpoints_inside_it(sealer, tmp_path):
    for day in range(3):
        write(4, at=AT + timedelta(days=day))
        sealing.seal(sealer, at=AT)
    files = parts(export_to(tmp_path / "span.zip", Criteria(since=AT + timedelta(days=1))))
    told = [note.parse(json.loads(line)["note"]).size for line in files[bundle.CHECKPOINTS].splitlines()]
    assert (told, Seal.objects.count()) == ([8], 3)
    assert stranger.verify(rezip(tmp_path / "x.zip", files)).first == 4
