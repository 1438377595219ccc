"""The catalogue of faults in tests/README.md and the tests themselves do not part."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (TESTS / "README.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`([a-z_/]+\.py::test_\w+)`", row[-1])})


def test_every_fault_has_a_row_in_order():
    assert [int(row[0]) for row in ROWS] == list(range(1, 89))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_is_expected_and_names_a_test_or_a_reason(row: list[str]):
    number, fault, expected, test = row
    assert fault
    assert expected, f"{number}: what is expected?"
    reason = re.match(r"none: (.{10,})", test)
    names = re.findall(r"`([^`]+)`", test)
    assert bool(reason) != bool(names), f"{number}: a test, or a reason for none"
    assert all(name in NAMED for name in names), f"{number}: not a name of a test: {test}"


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str):
    path, _, function = name.partition("::")
    file = TESTS / path
    assert file.is_file(), f"{path} is gone"
    assert re.search(rf"^(?:async )?def {function}\(", file.read_text(encoding="utf-8"), re.MULTILINE), (
        f"{name} is gone"
    )
