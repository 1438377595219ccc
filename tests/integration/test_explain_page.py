"""The page of `triaged explain`: what becomes of a message, in words that are true of it."""

from pathlib import Path

import pytest

from support.explaining import BASE, WAITS, Explained, run


@pytest.mark.parametrize(
    ("until", "at", "words"),
    [
        ("in 2 days", "2026-11-24 15:10", "DEFERRABLE  it is put aside"),
        ("in 2 days", "2026-11-27 09:50", "DEFERRABLE  it can wait, and stays where it is: a call is near"),
        (
            "in 2m",
            "2026-11-24 15:10",
            "DEFERRABLE  it can wait, and stays where it is: it would be back within minutes",
        ),
    ],
)
def test_it_is_not_said_to_be_put_aside_where_it_stays(tmp_path: Path, until: str, at: str, words: str):
    made = Explained(tmp_path, BASE + WAITS.replace('"in 2 days"', f'"{until}"'))
    code, out, _ = run("explain", "-c", str(made.path), "--at", at, str(made.mail()))
    assert (code, words in out.splitlines()) == (0, True), out


def test_a_call_that_is_near_is_named_as_it_was_agreed(tmp_path: Path):
    made = Explained(tmp_path, BASE + WAITS)
    _, out, _ = run("explain", "-c", str(made.path), "--at", "2026-11-27 09:50", str(made.mail()))
    assert "a call with this client is near or under way: fri 10:00 for 45m" in out
