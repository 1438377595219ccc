"""What a person types after `--since`: the same in `log`, `replay` and `report`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from triaged.cli.times import FORMS, instant

NOW = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-24T16:10:00+01:00"),
        ("today", "2026-11-24T00:00:00+01:00"),
        ("Yesterday", "2026-11-23T00:00:00+01:00"),
        ("2026-10", "2026-10-01T00:00:00+02:00"),
        ("2026-10-05", "2026-10-05T00:00:00+02:00"),
        ("2026-11-24 09:30", "2026-11-24T09:30:00+01:00"),
        ("2026-11-24T09:30Z", "2026-11-24T10:30:00+01:00"),
        ("2h", "2026-11-24T14:10:00+01:00"),
        ("2 weeks  ago", "2026-11-10T16:10:00+01:00"),
    ],
)
def test_a_time_is_on_the_clock_of_the_person(text: str, meant: str):
    assert instant(text, NOW, BERLIN) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("text", ["soon", "", "24.11.2026", "2026-13", "12:00", "ago"])
def test_what_is_no_time_is_told_what_to_write(text: str):
    with pytest.raises(ValueError, match="2026-10-01") as told:
        instant(text, NOW, BERLIN)
    assert FORMS in str(told.value)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_years_without_end_are_out_of_reach(text: str):
    with pytest.raises(ValueError, match="out of reach"):
        instant(text, NOW, BERLIN)
