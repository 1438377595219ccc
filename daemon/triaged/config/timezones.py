"""A time zone as a person writes it: the region's name, or what to write instead of an offset or an abbreviation."""

import re
from difflib import get_close_matches
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
_REGIONS = {  # minutes east of Greenwich, in winter
    -600: "Pacific/Honolulu", -540: "America/Anchorage", -480: "America/Los_Angeles", -420: "America/Denver",
    -360: "America/Chicago", -300: "America/New_York", -240: "America/Halifax", -180: "America/Sao_Paulo",
    0: "Europe/London", 60: "Europe/Berlin", 120: "Europe/Athens", 180: "Europe/Istanbul", 240: "Asia/Dubai",
    300: "Asia/Karachi", 330: "Asia/Kolkata", 360: "Asia/Dhaka", 420: "Asia/Bangkok", 480: "Asia/Singapore",
    540: "Asia/Tokyo", 600: "Australia/Sydney", 720: "Pacific/Auckland",
}  # fmt: skip
_ABBREVIATIONS = {
    "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin", "CEST": "Europe/Berlin", "BST": "Europe/London",
    "WEST": "Europe/Lisbon", "EEST": "Europe/Athens", "EDT": "America/New_York", "CST": "America/Chicago",
    "CDT": "America/Chicago", "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "SGT": "Asia/Singapore", "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}  # fmt: skip

WELL_KNOWN = tuple(_REGIONS.values())
"""Of each offset the zone that most people mean."""


def parse_zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name: "Europe/Berlin"."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(_instead_of(text)) from None


def _instead_of(text: str) -> str:
    if found := _OFFSET.fullmatch(text.strip()):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        region = _REGIONS.get(-minutes if found[1] == "-" else minutes, "Europe/Berlin")
        return f'"{text}" is an offset, which knows no summer time: write continent and city, as in "{region}"'
    if region := _ABBREVIATIONS.get(text.strip().upper(), ""):
        return f'"{text}" is no time zone, but what one is called for a part of the year; did you mean "{region}"?'
    from zoneinfo import available_timezones  # walks a folder: only to help

    regions = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    cities = {name.rpartition("/")[2].casefold(): name for name in regions}
    word = text.strip().replace(" ", "_")
    close = [cities[one] for one in get_close_matches(word.casefold(), list(cities), n=1)]
    close = get_close_matches(word, regions, n=1) or close
    hint = f'; did you mean "{close[0]}"?' if close else ': write continent and city, as in "Europe/Berlin"'
    return f'"{text}" is no time zone{hint}'
