"""Six ways to tamper, at every position of a trail: an export that was touched anywhere does not pass."""

import random
from collections import Counter

import pytest

from audit import bundle, fsck, sealing, verify
from tests.audit.bundles import export_to, parts, rehash, rezip
from tests.audit.cast import AT, run
from tests.audit.sealed import forge, tamper, write

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def ways(lines, n, dice):
    """What each way makes of the lines at place n."""
    at = lines[n].index(b'"t":') + 4
    other = (n + 1 + dice.randrange(len(lines) - 1)) % len(lines)
    moved = list(lines)
    moved[n], moved[other] = moved[other], moved[n]
    return {
        "changed": [*lines[:n], lines[n][:at] + b"9" + lines[n][at + 1 :], *lines[n + 1 :]],
        "inserted": [*lines[:n], lines[other], *lines[n:]],
        "deleted": [*lines[:n], *lines[n + 1 :]],
        "reordered": moved,
        "cut within a line": [*lines[:n], lines[n][: dice.randrange(1, len(lines[n]))]],
        "tail cut": lines[:n],
    }


def test_an_export_touched_anywhere_is_refused(sealer, tmp_path, request, capsys):
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    write(1000)
    sealing.seal(sealer, at=AT)
    path = export_to(tmp_path / "trail.zip")
    good = parts(path)
    lines, dice, found = good[bundle.ENTRIES].splitlines(keepends=True), random.Random(7), Counter()
    assert (len(lines), verify.bundle_file(path).count) == (1000, 1000)
    for n in range(1000) if whole_way else dice.sample(range(1000), 6):
        for way, touched in ways(lines, n, dice).items():
            files = good | {bundle.ENTRIES: b"".join(touched)}
            for clever in (False, True):  # who also mends the manifest
                claims = {"count": len(touched), "end": len(touched)} if clever and way in ("deleted", "tail cut") else {}
                with pytest.raises(verify.Broken) as broken:
                    verify.bundle_file(rezip(path, rehash(files, **claims) if clever else files))
                found[way, clever, broken.value.word] += 1
    assert sum(found.values()) == (12_000 if whole_way else 72)
    with capsys.disabled():
        print(f"\nexports tampered with {sum(found.values())} times: all refused; {dict(found)}")


def test_a_live_trail_touched_anywhere_is_found_and_the_place_is_named(sealer, request, capsys):
    whole_way = request.config.getoption("--drills") or request.config.getoption("--full")
    write(300)
    sealing.seal(sealer, at=AT)
    dice, found = random.Random(7), Counter()
    [first] = [row[0] for row in run("SELECT min(seq) FROM audit_entry")]
    for n in range(300) if whole_way else dice.sample(range(300), 4):
        [content] = [bytes(row[0]) for row in run("SELECT leaf FROM audit_entry WHERE seq = %s", first + n)]
        forge(first + n, content.replace(b'"ok"', b'"no"'))
        with pytest.raises(fsck.TreeBroken) as broken:
            fsck.check()
        assert n < broken.value.place <= (256 if n < 256 else 300), "the tile or checkpoint behind it"
        found[broken.value.word] += 1
        forge(first + n, content)
        tamper("UPDATE audit_leaf SET seq = -1 WHERE idx = %s", n)
        with pytest.raises(fsck.TreeBroken) as broken:
            fsck.check()
        found[broken.value.word] += 1
        assert broken.value.place == n + 1
        tamper("UPDATE audit_leaf SET seq = %s WHERE idx = %s", first + n, n)
    assert fsck.check().sealed == 300
    with capsys.disabled():
        print(f"\na live trail tampered with {sum(found.values())} times: all found and placed; {dict(found)}")
