"""Her time zone, by the dates of her own mails or as this machine has it; her language, and the country that a zone lies in."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from triaged.config.timezones import WELL_KNOWN, parse_zone
from triaged.core.address import Address

_FEWEST = 5  # mails that say more than UTC
_MOST_OF_THEM = 0.5
_AS_GOOD = 0.9
"""A share of the best zone's mails: the machine's own is right if it fits so many."""
_COUNTRY = 2  # letters of a country's domain
_BY_DOMAIN = {"UK": "GB"}

Dated = Counter[tuple[date, timedelta]]


def own_zone() -> str:
    """This machine's time zone; UTC where it does not say, or says it in no way that we know."""
    said = os.environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return parse_zone(said).key if said else "UTC"
    except ValueError:
        return "UTC"


def likely_zone(dated: Sequence[datetime], countries: Sequence[str], here: str) -> str:
    """The zone that explains the offsets of her mails, summer and winter; without enough of them that of this machine.

    `dated`: when each was written, with the offset that her program gave it. `countries`: where she may be, the likeliest
    first: several zones often fit. `here` is this machine's. UTC alone tells nothing: many servers date everything so.
    """
    counted = Counter((at.date(), at.utcoffset() or timedelta(0)) for at in dated)
    telling = sum(n for (_, offset), n in counted.items() if offset)
    if telling < _FEWEST:
        return here
    fits = {zone: _fit(zone, counted) for _, zone in _zones()}
    best = max(fits.values())
    if best[0] < _MOST_OF_THEM * telling or _fit(here, counted)[0] >= _AS_GOOD * best[0]:
        return here
    return min((one for one in _zones() if fits[one[1]] == best), key=lambda one: _rank(one, countries))[1]


def _fit(zone: str, counted: Dated) -> tuple[int, int]:
    """How many of the mails it explains: of those that say more than UTC, and of the others."""
    there = ZoneInfo(zone)
    right = [(n, offset) for (day, offset), n in counted.items() if _noon(day, there).utcoffset() == offset]
    return sum(n for n, offset in right if offset), sum(n for n, offset in right if not offset)


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)


def _rank(one: tuple[str, str], countries: Sequence[str]) -> tuple[int, int]:
    country, zone = one
    place = countries.index(country) if country in countries else len(countries)
    return place, WELL_KNOWN.index(zone) if zone in WELL_KNOWN else len(WELL_KNOWN)


def likely_countries(mine: Collection[Address]) -> list[str]:
    """Where she may be: by the domains of her addresses, and by this machine's language."""
    ends = [one.domain.rpartition(".")[2].upper() for one in mine]
    by_domain = [_BY_DOMAIN.get(end, end) for end in ends if len(end) == _COUNTRY]
    return list(dict.fromkeys([*by_domain, *filter(None, [_locale()[3:5]])]))


def own_language() -> str:
    """The language of this machine."""
    language = _locale()[:2].casefold()
    return language if language.isalpha() and language not in ("c", "po") else "en"


def _locale() -> str:
    return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")


def country_of(zone: str) -> str:
    """ISO 3166 letters; "" where the zone is no country's."""
    return next((country for country, name in _zones() if name == zone), "")


def _zones() -> Iterator[tuple[str, str]]:
    """Each country's zones, its most peopled first."""
    try:
        table = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError):
        return
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            yield country, zone
