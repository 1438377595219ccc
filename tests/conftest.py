"""What every test may ask for."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from server.fixtures import (  # noqa: F401 — fixtures are found by their names here
    authority,
    browser,
    databases,
    dovecot,
    dovecots,
    own_dovecot,
    postfixes,
    postgres,
    servers,
    sink,
    user,
)
from server.summary import print_servers
from support.loglines import LogLines, line_validator


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Give `log_lines.events` to what you test; a line that is not as published fails the test at once."""
    found = LogLines()
    yield found
    for line in found.lines:
        line_validator().validate(line)


settings.register_profile(
    "untimed", deadline=None
)  # a slow machine is no fault; what is not linear ends by the time-out
settings.load_profile("untimed")

LONGER = 50
"""How many times as many examples hypothesis tries with TRIAGED_FUZZ=1."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """TRIAGED_FUZZ=1: search longer. Each test keeps its own proportion, which a profile would not.

    With it, and with TRIAGED_TORTURE=1, a test may take an hour.
    """
    times = LONGER * int(os.environ.get("TRIAGED_FUZZ") or 0)
    for item in items if os.environ.get("TRIAGED_TORTURE") == "1" else ():
        item.add_marker(pytest.mark.timeout(3600))
    for item in items if times else ():
        test = getattr(item, "obj", None)
        kept = getattr(test, "_hypothesis_internal_use_settings", None)  # what @settings leaves; there is no public way
        if kept is not None:
            test._hypothesis_internal_use_settings = settings(kept, max_examples=kept.max_examples * times)
        item.add_marker(pytest.mark.timeout(3600))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of servers, after everything else."""
    print_servers(terminalreporter)
