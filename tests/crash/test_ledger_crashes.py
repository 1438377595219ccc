"""The process dies at every write of a day; started again, it ends the day in the same state, and no mail goes twice."""

import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.engines import Databases
from support.ledgerday import Day, end_state
from triaged import crash


def live(folder: Path, *, die_at: str = "", log: Path | None = None) -> int:
    """One process of the daemon in a child. Returns its exit status."""
    child = os.fork()
    if child == 0:
        try:
            crash._AT, crash._LOG, crash._passed = die_at, str(log or ""), 0
            Day(folder).play()
        except BaseException:  # noqa: BLE001 — a child must never return into the test runner
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def accepted(folder: Path) -> Counter[str]:
    return Counter(line for line in (folder / "outside").read_text().splitlines() if line.startswith("accept"))


def moves(folder: Path) -> Counter[str]:
    return Counter(line for line in (folder / "outside").read_text().splitlines() if line.startswith("effect"))


def kinds(done: Counter[str]) -> Counter[str]:
    """How many of each, whatever their numbers."""
    return Counter(re.sub(r"\d+", "N", line) for line in set(done))


@pytest.fixture
def place_for() -> Iterator[Path]:
    """A folder in memory where there is one: dying needs no disk, and hundreds of days would wait for it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A day that nothing interrupted, and the places it passed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert live(folder, log=folder / "passed") == 0
    return folder, (folder / "passed").read_text().splitlines()


def test_the_day_passes_every_kind_of_write(undisturbed: tuple[Path, list[str]]):
    verbs = {name.split(".")[1] for name in undisturbed[1]}
    assert verbs >= {
        "migrate", "recover", "generation", "generation_file", "register", "put_folder", "admit", "strike", "begin", "done",
        "claim", "mark_data", "sent", "retry_reply", "drafted", "saw_sent", "hand", "warned", "overdue", "stopping", "purge",
    }  # fmt: skip
    states = {row[3] for row in end_state(undisturbed[0])["reply"]}
    assert {("sent", None), ("cancelled", None), ("suppressed", None)} <= states


@pytest.mark.parametrize("half", [0, 1])
def test_after_a_death_at_any_write_the_day_ends_in_the_same_state(
    undisturbed: tuple[Path, list[str]], place_for: Path, half: int
):
    folder, passed = undisturbed
    wanted = end_state(folder)
    for number in range(1 + half, len(passed) + 1, 2):
        place = place_for / str(number)
        place.mkdir()
        name = f"{number}: {passed[number - 1]}"
        assert live(place, die_at=str(number)) == crash.EXIT, name
        assert live(place) == 0, name
        assert end_state(place) == wanted, name
        assert set(accepted(place).values()) <= {1}, name
        assert set(accepted(place)) <= set(accepted(folder)), name
        assert set(moves(place)) == set(moves(folder)), name


@pytest.fixture
def in_postgres(databases: Databases, place_for: Path) -> Iterator[Callable[[], Path]]:
    """Folders of days whose ledger is in a server."""
    taken: list[str] = []

    def give() -> Path:
        place = place_for / str(len(taken))
        place.mkdir()
        taken.append(databases.ready())
        (place / "ledger").write_text(taken[-1])
        return place

    yield give
    for uri in taken:
        databases.free(uri)


EVERY = 1 if os.environ.get("TRIAGED_TORTURE") == "1" else 9
"""Of how many places one is died at in a server, to which each statement goes and from which it comes back."""


@pytest.mark.server
@pytest.mark.parametrize("half", [0, 1])
def test_after_a_death_at_a_write_to_a_server_the_day_ends_in_the_same_state(
    undisturbed: tuple[Path, list[str]], in_postgres: Callable[[], Path], half: int
):
    folder, _ = undisturbed
    whole = in_postgres()
    assert live(whole, log=whole / "passed") == 0
    wanted = end_state(folder)
    assert end_state(whole) == wanted
    passed = (whole / "passed").read_text().splitlines()
    for number in range(1 + half * EVERY, len(passed) + 1, 2 * EVERY):
        place = in_postgres()
        name = f"{number}: {passed[number - 1]}"
        assert live(place, die_at=str(number)) == crash.EXIT, name
        assert live(place) == 0, name
        assert end_state(place) == wanted, name
        assert set(accepted(place).values()) <= {1}, name
        assert kinds(moves(place)) == kinds(moves(folder)), name


def test_deaths_one_after_the_other_end_in_the_same_state(undisturbed: tuple[Path, list[str]], place_for: Path):
    folder, _ = undisturbed
    for gap in (23, 31, 47):  # a start and an end alone pass sixteen places
        place = place_for / str(gap)
        place.mkdir()
        for _ in range(100):
            if live(place, die_at=str(gap)) == 0:
                break
        else:
            pytest.fail(f"dying at every place {gap} nothing is ever done")
        assert end_state(place) == end_state(folder), gap
        assert set(accepted(place).values()) <= {1}, gap
