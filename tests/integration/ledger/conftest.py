"""A ledger in memory with one person, and the path of one in a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ledgerkit import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World.new()
    yield made
    made.ledger.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "triaged.db"
