"""A few seconds of what `make torture` does for an hour."""

import random

from faults.torture import Field, end_of_commits, torture


def test_killed_at_random_under_load_nothing_is_lost_doubled_or_answered_twice():
    seed = random.randrange(1 << 32)
    field = Field(random.Random(seed), brief=True)
    try:
        complaints = torture(field, 8, patience=90)
        assert not complaints, f"seed {seed}: {field.said(complaints)}: {complaints}"
        assert sum(field.done.values()) > 3
    finally:
        field.close()


def test_what_was_committed_is_told_from_what_came_after_it():
    def frame(page: int, size: int, salt: bytes) -> bytes:
        return page.to_bytes(4, "big") + size.to_bytes(4, "big") + salt + bytes(8) + bytes(512)

    head = bytes(8) + (512).to_bytes(4, "big") + bytes(4) + b"saltsalt" + bytes(8)
    commit, half, old = frame(1, 3, b"saltsalt"), frame(2, 0, b"saltsalt"), frame(3, 3, b"oldoldol")
    assert end_of_commits(b"") == 0
    assert end_of_commits(head) == 32
    assert end_of_commits(head + half + commit + half) == 32 + 2 * len(commit)
    assert end_of_commits(head + commit + old) == 32 + len(commit)
    assert end_of_commits(head + commit + commit[:-1]) == 32 + len(commit)
