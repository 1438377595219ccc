"""The reference in config/README.md says what the code does: its tables are generated."""

from pathlib import Path

import pytest

from triaged.core.conditions import conditions_table
from triaged.core.guard import CHECKS, REFUSALS, guard_table

README = Path(__file__).parents[3] / "config" / "README.md"


def section(name: str) -> str:
    text = README.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    assert text.count(begin) == 1, f"{README} lacks {begin}"
    assert text.count(end) == 1, f"{README} lacks {end}"
    return text.split(begin)[1].split(end)[0].strip()


@pytest.mark.parametrize(("name", "generated"), [("guard", guard_table()), ("conditions", conditions_table())])
def test_the_reference_holds_the_generated_table(name: str, generated: str):
    if not README.exists():
        pytest.skip("config/README.md is not written yet")
    assert section(name) == generated.strip()


def test_the_table_of_the_guard_names_every_code_and_every_check():
    rows = guard_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(REFUSALS)
    assert all(any(check.words in row for row in rows) for check in CHECKS)
