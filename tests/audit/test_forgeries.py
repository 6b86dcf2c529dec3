"""Whoever changes an export is found, and each way of doing it has its word."""

from datetime import timedelta

import pytest

from audit import bundle, note, sealing, tree, verify
from audit.models import Entry, Seal
from audit.offline import contents
from audit.offline import verify as stranger
from audit.search import Criteria
from tests.audit.bundles import export_to, parts, rehash, rezip, word
from tests.audit.cast import AT
from tests.audit.sealed import ORIGIN, forge, write
from vault import signing

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def swap(good, name, old, new):
    assert old in good[name]
    return good | {name: good[name].replace(old, new, 1)}


def test_each_forgery_is_called_by_its_name(exported, tmp_path):
    good = parts(exported)
    lines = good[bundle.ENTRIES].splitlines(keepends=True)
    other = signing.create(tmp_path / "other.key", ORIGIN)
    said = note.parse(good[bundle.CHECKPOINT].decode())
    elsewhere = note.sign(note.Checkpoint("elsewhere/1", said.size, said.root), other)

    def entries(*kept, **claims):
        return rehash(good | {bundle.ENTRIES: b"".join(kept)}, **claims)

    rows = good[bundle.SHEET].splitlines(keepends=True)
    second = (rows[2], rows[2].replace(b",call,", b",quota,"))
    edited = lines[1].replace(b'"reason":"call"', b'"reason":"quota"')
    forged = {
        "files": swap(good, bundle.ENTRIES, b"call", b"cxll"),
        "manifest": good | {bundle.MANIFEST: b"{}"},
        "bundle": {name: content for name, content in good.items() if name != bundle.CHECKPOINT},
        "vkey": good | {bundle.VKEY: b"somebody+00000000+AAAA\n"},
        "signature": good | {bundle.CHECKPOINT: note.sign(said, other).encode()},
        "origin": good | {bundle.CHECKPOINT: elsewhere.encode(), bundle.VKEY: other.verifier.line().encode()},
        "truncated": entries(*lines[:-1], lines[-1][:-20]),
        "count": entries(*lines[:-1]),
        "root": rehash(swap(good | {bundle.ENTRIES: b"".join([lines[0], edited, *lines[2:]])}, bundle.SHEET, *second)),
    }
    found = {name: word(rezip(exported, files)) for name, files in forged.items()}
    assert found == {name: name for name in forged}


def test_lines_left_out_added_moved_or_hidden_behind_a_wrong_hash_break_the_root(exported):
    good = parts(exported)
    one, two, three, four, five = good[bundle.ENTRIES].splitlines(keepends=True)
    for kept in (
        (one, three, two, four, five),
        (one, two, two, four, five),
        (one, b'{"h":"%s"}\n' % (b"0" * 64), three, four, five),
    ):
        files = rehash(good | {bundle.ENTRIES: b"".join(kept)})
        with pytest.raises(stranger.Failed, match=r"root|count"):
            stranger.verify(rezip(exported, files))
    with pytest.raises(stranger.Failed, match="count"):
        stranger.verify(rezip(exported, rehash(good | {bundle.ENTRIES: good[bundle.ENTRIES] + five})))


@pytest.mark.parametrize(
    "claims",
    [
        {"first": 1},
        {"end": 4, "complete": False, "count": 4},
        {"size": 6, "complete": False},
        {"left": ["00" * 32]},
        {"count": 4},
        {"complete": False},
        {"first": -1},
        {"size": "5"},
        {"right": ["zz"]},
        {"format": "somebody/9"},
    ],
)
def test_a_manifest_that_claims_otherwise_is_not_believed(exported, claims):
    assert word(rezip(exported, rehash(parts(exported), **claims))) in ("manifest", "count", "root")


def test_reading_each_entry_finds_what_the_hash_alone_could_not(sealer, tmp_path):
    """The owner of the database forged before the seal: the tree is right, the entries are not."""
    eids = write(3)
    first, second, third = Entry.objects.order_by("seq")
    forge(second.seq, second.content.replace(b'"v":1', b'"v": 1'))
    forge(third.seq, first.content)
    sealing.seal(sealer, at=AT)
    path = export_to(tmp_path / "x.zip")
    assert (len(eids), stranger.verify(path).shown, word(path)) == (3, 3, "canonical")
    forge(second.seq, second.content)
    with pytest.raises(stranger.Failed, match="root"):
        stranger.verify(export_to(path))


def test_an_entry_that_stands_there_twice_is_found(sealer, tmp_path):
    write(2)
    first, second = Entry.objects.order_by("seq")
    forge(second.seq, first.content)
    sealing.seal(sealer, at=AT)
    assert word(export_to(tmp_path / "x.zip")) == "duplicate"


def test_a_sheet_that_says_otherwise_is_found(exported):
    good = parts(exported)
    rows = good[bundle.SHEET].splitlines(keepends=True)
    sheets = [
        good[bundle.SHEET].replace(b",call,", b",quota,", 1),
        good[bundle.SHEET] + rows[-1],
        b"".join(rows[:-1]),
        b"id,act\r\n",
    ]
    assert [word(rezip(exported, rehash(good | {bundle.SHEET: sheet}))) for sheet in sheets] == ["csv"] * 4
    assert [stranger.verify(rezip(exported, rehash(good | {bundle.SHEET: sheet}))).shown for sheet in sheets] == [5] * 4


def test_checkpoints_that_left_the_house_before_catch_a_history_written_anew(exported, sealer):
    first, second = (seal.note for seal in Seal.objects.order_by("size"))
    line = sealer.signer.verifier.line()
    assert verify.bundle_file(exported, vkey=line, earlier=(first, second)).count == 5
    anew = note.sign(note.Checkpoint(ORIGIN, 2, tree.EMPTY), sealer.signer)
    longer = note.sign(note.Checkpoint(ORIGIN, 6, tree.EMPTY), sealer.signer)
    assert word(exported, vkey=line, earlier=(anew,)) == "history-rewritten"
    assert word(exported, vkey=line, earlier=(longer,)) == "rollback"
    assert word(exported, vkey=line, earlier=("nonsense",)) == "signature"


def test_a_checkpoint_outside_a_range_is_not_said_to_be_compared(written, tmp_path):
    path = export_to(tmp_path / "span.zip", Criteria(since=AT + 3 * DAY))
    assert stranger.verify(path, earlier=(Seal.objects.get(size=2).note,)).unmet == 1


def test_every_flipped_byte_of_the_zip_is_found(exported):
    whole = exported.read_bytes()
    inside, missed = parts(exported), []
    for place in range(0, len(whole), 97):
        exported.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            verify.bundle_file(exported)
        except verify.Broken:
            continue
        # A byte of the zip's own book-keeping changes nothing that it holds.
        missed += [place] if parts(exported) != inside else []
    assert missed == []


def test_a_byte_changed_in_any_file_is_found_and_the_file_named(exported):
    """The zip's own check sums are right again: who changes a file of it has them made anew."""
    good = parts(exported)
    others = sorted(set(good) - {bundle.MANIFEST, bundle.CHECKPOINT, bundle.VKEY})
    assert others == sorted({bundle.ENTRIES, bundle.SHEET, *contents.BESIDE})
    found = {}
    for name in others:
        place = len(good[name]) // 2
        content = good[name][:place] + bytes([good[name][place] ^ 1]) + good[name][place + 1 :]
        with pytest.raises(stranger.Failed) as failed:
            stranger.verify(rezip(exported, good | {name: content}))
        found[name] = str(failed.value)
    assert found == {name: f"files ({name})" for name in others}
    for name in (bundle.CHECKPOINT, bundle.VKEY):
        assert word(rezip(exported, good | {name: good[name] + b"\n"})) in ("files", "signature")


def test_no_file_is_there_that_the_list_does_not_name_and_none_is_missing(exported):
    good = parts(exported)
    unlisted = good | {"anchors/000000000005.tsr": b"a token"}
    left_out = {name: content for name, content in good.items() if name != "README.en.txt"}
    assert [word(rezip(exported, files)) for files in (unlisted, left_out)] == ["bundle", "bundle"]
    assert stranger.verify(rezip(exported, rehash(unlisted))).shown == 5


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert word(path) == "bundle"


def test_a_damaged_leaf_still_leaves_and_is_found(written, tmp_path):
    forge(Entry.objects.get(eid=written[2]).seq, b"xx")
    path = export_to(tmp_path / "damaged.zip")
    assert parts(path)[bundle.ENTRIES].splitlines()[2] == b"xx"
    with pytest.raises(stranger.Failed, match="root"):
        stranger.verify(path)
    with pytest.raises(verify.Broken, match=r"canonical \(3\)"):
        verify.live()
