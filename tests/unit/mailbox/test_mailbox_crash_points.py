"""Every command that changes a mailbox stands between two places where a test may let the daemon die."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.octets import Connection
from triaged import crash
from triaged.mailbox import capabilities, moves, storing

OK = b"A1 OK done\r\n"
COPIED = b"A1 OK [COPYUID 9 5 1005] done\r\n"


def by(*names: str) -> list[str]:
    return [f"imap.{name}.{when}" for name in names for when in ("before", "after")]


@pytest.mark.parametrize(
    ("act", "said", "passed"),
    [
        (lambda c: moves.move(c, capabilities.read(["MOVE"]), [5], b"X", uid_expunge=True), COPIED, by("move")),
        (
            lambda c: moves.move(c, capabilities.read(["UIDPLUS"]), [5], b"X", uid_expunge=True),
            COPIED + OK + OK,
            by("copy", "store", "expunge"),
        ),
        (lambda c: storing.store(c, [5], add=["\\Flagged"], remove=["\\Seen"]), OK + OK, by("store", "store")),
        (lambda c: storing.append(c, "X", b"y", [], datetime(2026, 1, 1, tzinfo=UTC)), b"+\r\n" + OK, by("append")),
    ],
    ids=["move", "copy", "store", "append"],
)
def test_a_change_may_be_interrupted_before_and_after(
    act: Callable[[Connection], object],
    said: bytes,
    passed: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    log = tmp_path / "passed"
    monkeypatch.setattr(crash, "_LOG", str(log))
    act(Connection(said))
    assert log.read_text().split() == passed
