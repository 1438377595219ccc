"""What a run says of the same days on every server: a table, printed at its end."""

import re
from collections import defaultdict

import pytest

_OF_A_SERVER = re.compile(r"test_every_server\.py::test_(?P<day>\w+)\[(?P<server>.+)\]$")
_SIGNS = {"passed": "yes", "failed": "NO", "error": "NO", "skipped": "left out"}


def print_servers(reporter: pytest.TerminalReporter) -> None:
    """One row a server, one column a day; nothing where none was run."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome, sign in _SIGNS.items():
        for report in reporter.getreports(outcome):
            if match := _OF_A_SERVER.search(getattr(report, "nodeid", "")):
                found[match["server"]][match["day"]] = sign
    if not found:
        return
    days = sorted({day for row in found.values() for day in row})
    reporter.section("every server")
    for number, day in enumerate(days, 1):
        reporter.line(f"  {number}  {day.replace('_', ' ')}")
    reporter.line(f"{'':40}{''.join(f'{number:<10}' for number in range(1, len(days) + 1))}")
    for server, told in sorted(found.items()):
        signs = "".join(told.get(day, "").ljust(10) for day in days)
        reporter.line(f"{server:40}{signs}".rstrip())
