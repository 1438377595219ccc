"""Her time zone, by how her own mails are dated."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from triaged.core.address import Address, read_address
from triaged.core.message import read_raw
from triaged.setup.ownzone import country_of, likely_countries, likely_zone, own_zone

SPRING = datetime(2026, 2, 20, 8, tzinfo=UTC)
WINTER = datetime(2026, 1, 10, 8, tzinfo=UTC)


def dated(zone: str, start: datetime = SPRING, days: int = 90) -> Iterator[datetime]:
    """A mail a day, with the offset that a program in that zone writes: no name, only hours and minutes."""
    for n in range(days):
        at = (start + timedelta(days=n)).astimezone(ZoneInfo(zone))
        yield datetime.fromisoformat(at.isoformat())


@pytest.mark.parametrize(
    ("zone", "countries"),
    [
        ("Europe/Berlin", ["DE"]), ("Europe/Zurich", ["CH"]), ("Europe/London", ["GB"]), ("Europe/Lisbon", ["PT"]),
        ("America/New_York", ["US"]), ("America/Phoenix", ["US"]), ("Asia/Kolkata", ["IN"]), ("Africa/Lagos", ["NG"]),
        ("Australia/Sydney", ["AU"]), ("Europe/Berlin", []), ("America/New_York", []), ("Asia/Kolkata", []),
        ("Asia/Kathmandu", []),
    ],
)  # fmt: skip
def test_summer_and_winter_tell_the_zone_and_the_country_decides_among_those_that_fit(zone: str, countries: list[str]):
    assert likely_zone([*dated(zone)], countries, "UTC") == zone


def test_this_machines_zone_comes_first_where_it_fits():
    assert likely_zone([*dated("Europe/Vienna")], ["DE"], "Europe/Vienna") == "Europe/Vienna"
    assert likely_zone([*dated("Africa/Lagos", WINTER, 60)], ["NG"], "Europe/Berlin") == "Europe/Berlin"


def test_where_it_does_not_fit_her_mails_are_believed():
    assert likely_zone([*dated("America/New_York")], ["US"], "Europe/Berlin") == "America/New_York"


def test_a_journey_and_a_server_that_dates_everything_in_utc_change_nothing():
    mails = [*dated("Europe/Berlin", days=40), *dated("America/New_York", days=7), *dated("UTC", days=90)]
    assert likely_zone(mails, ["DE"], "UTC") == "Europe/Berlin"
    assert likely_zone(mails, ["DE"], "Europe/Berlin") == "Europe/Berlin"


@pytest.mark.parametrize("mails", [[], [*dated("Europe/Berlin", days=4)], [*dated("UTC")]])
def test_too_little_leaves_it_at_the_machines(mails: list[datetime]):
    assert likely_zone(mails, ["DE"], "America/Denver") == "America/Denver"


def test_offsets_of_no_place_leave_it_at_the_machines():
    zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
    mixed = [at for zone in zones for at in dated(zone, days=10)]
    assert likely_zone(mixed, [], "America/Denver") == "America/Denver"


@pytest.mark.parametrize(
    ("written", "hours"), [("+0200", 2), ("-0330", -3.5), ("EST", -5), ("-0000", 0), ("+0530 (IST)", 5.5)]
)
def test_a_date_keeps_the_offset_that_it_was_written_with(written: str, hours: float):
    message = read_raw(f"Date: Mon, 1 Jun 2026 09:00:00 {written}\r\n\r\nx\r\n".encode())
    assert message.local_date is not None
    assert (message.local_date.hour, message.local_date.utcoffset()) == (9, timedelta(hours=hours))


def test_what_the_machine_says_in_no_way_that_is_known_is_utc(monkeypatch: pytest.MonkeyPatch):
    for said, zone in (("CET-1CEST,M3.5.0,M10.5.0/3", "UTC"), (":Europe/Paris", "Europe/Paris")):
        monkeypatch.setenv("TZ", said)
        assert own_zone() == zone


def test_a_domain_and_the_machines_language_say_in_which_country(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "de_CH.UTF-8")
    assert likely_countries(mine("dana@roth.co.uk", "d@roth.example")) == ["GB", "CH"]
    assert (country_of("Europe/Zurich"), country_of("UTC")) == ("CH", "")


def mine(*texts: str) -> list[Address]:
    return [address for text in texts if (address := read_address(text)) is not None]
