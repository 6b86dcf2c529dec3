"""The tree against its definition: every root and every proof of every small tree, and what a forger tries."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import tree

LEAVES = [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(140)]


def plain_root(leaves):
    """The definition of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:half]) + plain_root(leaves[half:])).digest()


def hash_of(level, n):
    return plain_root(LEAVES[n << level : (n + 1) << level])


def test_the_roots_of_the_published_tree():
    """The eight leaves and roots that Certificate Transparency publishes as its test vectors."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest() for text in inputs]
    assert [tree.root_of(hashes[:size]).hex() for size in (0, 1, 2, 3, 8)] == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


def test_every_root_is_the_one_of_the_definition():
    assert [tree.root_of(LEAVES[:size]) for size in range(140)] == [plain_root(LEAVES[:size]) for size in range(140)]


def test_a_frontier_goes_on_where_it_was_put_away():
    for cut in range(70):
        edge = tree.Frontier()
        for leaf in LEAVES[:cut]:
            edge.append(leaf)
        again = tree.Frontier.unpack(cut, edge.pack())
        for leaf in LEAVES[cut:70]:
            again.append(leaf)
        assert (again.size, again.root()) == (70, plain_root(LEAVES[:70]))


@pytest.mark.parametrize(("size", "packed"), [(-1, b""), (1, b""), (3, b"\0" * 32), (2, b"\0" * 31), (0, b"\0" * 32)])
def test_a_frontier_that_cannot_be_is_refused(size, packed):
    with pytest.raises(ValueError, match="one hash for each bit"):
        tree.Frontier.unpack(size, packed)


def test_every_leaf_of_every_small_tree_is_proven():
    for size in range(1, 40):
        root = plain_root(LEAVES[:size])
        proofs = [tree.inclusion(index, size, hash_of) for index in range(size)]
        assert all(tree.included(LEAVES[i], i, size, proof, root) for i, proof in enumerate(proofs))
        assert max(map(len, proofs)) <= (size - 1).bit_length()


def test_every_small_tree_is_proven_to_begin_with_each_before_it():
    roots = [plain_root(LEAVES[:size]) for size in range(40)]
    for new in range(1, 40):
        for old in range(1, new + 1):
            proof = tree.consistency(old, new, hash_of)
            assert tree.consistent(old, roots[old], new, roots[new], proof)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 139), st.data())
def test_a_forged_inclusion_is_found(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion(index, size, hash_of), plain_root(LEAVES[:size])
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) if size > 1 else st.just(0))
    assert tree.included(LEAVES[index], index, size, proof, root)
    if size > 1:
        assert not tree.included(LEAVES[index], other, size, proof, root)
        assert not tree.included(LEAVES[other], index, size, proof, root)
        assert not tree.included(LEAVES[index], index, size, proof[:-1], root)
        place = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :]]
        assert not tree.included(LEAVES[index], index, size, bent, root)
    assert not tree.included(LEAVES[index], index, size, [*proof, LEAVES[0]], root)
    assert not tree.included(LEAVES[index], size, size, proof, root)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 138), st.data())
def test_a_history_written_anew_is_found(old, data):
    new = data.draw(st.integers(old + 1, 139))
    changed = data.draw(st.integers(0, old - 1))
    forged = list(LEAVES)
    forged[changed] = bytes(32)
    proof = tree.consistency(old, new, lambda level, n: plain_root(forged[n << level : (n + 1) << level]))
    honest = tree.consistency(old, new, hash_of)
    old_root, new_root = plain_root(LEAVES[:old]), plain_root(LEAVES[:new])
    assert tree.consistent(old, old_root, new, new_root, honest)
    assert not tree.consistent(old, old_root, new, plain_root(forged[:new]), proof)
    assert not tree.consistent(old, old_root, new, new_root, [*honest, LEAVES[0]])
    assert not tree.consistent(old, old_root, new, new_root, honest[:-1])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 139), st.integers(0, 139))
def test_the_pieces_of_a_range_cover_it_once(one, other):
    low, high = sorted((one, other))
    covered = [leaf for level, n in tree.pieces(low, high) for leaf in range(n << level, (n + 1) << level)]
    assert covered == list(range(low, high))


def test_what_cannot_be_proven_is_refused():
    for call in (
        lambda: tree.inclusion(3, 3, hash_of),
        lambda: tree.consistency(0, 3, hash_of),
        lambda: tree.consistency(4, 3, hash_of),
    ):
        with pytest.raises(ValueError, match="."):
            call()
    assert not tree.consistent(0, tree.EMPTY, 3, plain_root(LEAVES[:3]), [])
