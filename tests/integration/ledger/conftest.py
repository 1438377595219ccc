"""A ledger with one person, on each engine, and the path of one in a file.

Tests of files (their opening, locks, copies, plans, costs) are SQLite's; all others run on both engines.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import Databases, giving
from support.ledgerkit import World

_OF_FILES = frozenset(
    {
        "test_ledger_opening",
        "test_ledger_lock_and_wake",
        "test_ledger_plans",
        "test_what_lies_aside_costs_nothing",
        "test_statements_on_both_engines",
        "test_postgresql",
        "test_leases",
        "test_heartbeat",
        "test_two_at_a_time",
        "test_pouring",
    }
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    of_files = metafunc.module.__name__.rpartition(".")[2] in _OF_FILES
    if not of_files and not {"path", "tmp_path"} & set(metafunc.fixturenames):
        metafunc.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)], indirect=True)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that `World.new()` takes."""
    name: str = getattr(request, "param", "sqlite")
    if name == "sqlite":
        yield name
        return
    databases: Databases = request.getfixturevalue("databases")
    with giving(databases.give):
        yield name
    databases.take_back()


@pytest.fixture
def world() -> Iterator[World]:
    made = World.new()
    yield made
    made.ledger.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "triaged.db"
