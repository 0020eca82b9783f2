"""Sharing work out: what belongs together stays together, nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st
from pure import load

chunks_of = load("engine.chunks")
together, in_chunks = chunks_of.together, chunks_of.in_chunks


def test_groups_tie_members_through_others():
    parts = together([1, 2, 3, 4, 5], [(1, 4), (4, 5), (9, 2)])
    assert parts == [(1, 4, 5), (2,), (3,)]


def test_a_chunk_is_full_or_one_large_part():
    parts = [(1,), (2, 3), (4, 5, 6, 7), (8,), (9,)]
    assert in_chunks(parts, 3) == [
        [(1,), (2, 3)],
        [(4, 5, 6, 7)],
        [(8,), (9,)],
    ]


@given(
    members=st.lists(st.integers(0, 30), unique=True),
    groups=st.lists(st.lists(st.integers(0, 40), max_size=4)),
    size=st.integers(1, 8),
)
def test_every_member_once_and_no_group_split(members, groups, size):
    chunks = in_chunks(together(members, groups), size)
    placed = {
        member: number
        for number, parts in enumerate(chunks)
        for part in parts
        for member in part
    }
    assert sum(len(part) for parts in chunks for part in parts) == len(members)
    assert set(placed) == set(members)
    for group in groups:
        assert len({placed[m] for m in group if m in placed}) <= 1
    for parts in chunks:
        assert len(parts) == 1 or sum(map(len, parts)) <= size
