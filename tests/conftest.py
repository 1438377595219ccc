"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from server.fixtures import (  # noqa: F401 — fixtures are found by their names here
    authority,
    dovecot,
    dovecots,
    own_dovecot,
    postfixes,
    sink,
    user,
)
from support.loglines import LogLines, line_validator


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Give `log_lines.events` to what you test; a line that is not as published fails the test at once."""
    found = LogLines()
    yield found
    for line in found.lines:
        line_validator().validate(line)
