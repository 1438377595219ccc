"""Public holidays by country or subdivision ("DE-BE"), from the `holidays` library, which is loaded when first asked.

A code and a year go in, dates and names come out. Names are English where the library has them.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from types import MappingProxyType, ModuleType

from triaged.core.timewords import nearest

_YEARS = (1900, 2200)


def parse_holidays(text: str) -> str:
    """The code of a country or subdivision, as `holidays` knows it: "DE", "DE-BE", "GB-SCT"; "" for none.

    Raises:
        ValueError: there is no such country or subdivision; the message names the nearest.
    """
    code = text.strip()
    if not code:
        return ""
    from holidays.registry import EntityLoader

    countries = set(EntityLoader.get_country_codes(include_aliases=False))
    country, dash, subdivision = code.partition("-")
    country = country.upper()
    if country not in countries:
        hint = (
            nearest(country, (known.casefold() for known in countries))
            .upper()
            .replace("; DID YOU MEAN", "; did you mean")
        )
        raise ValueError(f'no holidays are known for "{country}"{hint or ": write a country code, as in DE or DE-BE"}')
    if not dash:
        return country
    known = {name.casefold(): name for name in _subdivisions(country)}
    if subdivision.casefold() not in known:
        choice = ", ".join(f"{country}-{name}" for name in sorted(known.values())) or f"only {country}"
        raise ValueError(f'"{country}" has no subdivision "{subdivision}": write one of {choice}')
    return f"{country}-{known[subdivision.casefold()]}"


def subdivision_named(text: str, country: str) -> str:
    """The code for what a person calls it: "Bayern" in "DE" gives "DE-BY", and so does "BY"; else the text as it is."""
    import holidays

    if not country or text.strip().upper() == country:
        return text
    with _one_country_only():
        named = dict(getattr(getattr(holidays, country, None), "subdivisions_aliases", {}))
        known = {name.casefold(): name for name in getattr(getattr(holidays, country, None), "subdivisions", ())}
    codes = {name.casefold(): code for name, code in named.items()} | known
    code = codes.get(text.strip().casefold())
    return f"{country}-{code}" if code else text


def _subdivisions(country: str) -> tuple[str, ...]:
    import holidays

    with _one_country_only():
        return tuple(getattr(holidays, country).subdivisions)


@contextmanager
def _one_country_only() -> Iterator[None]:
    """Let the library load the country that is asked for, and not first the other two hundred.

    Its package `holidays.countries` imports them all when one of its modules is needed (0.99: 100 ms of each start). For
    the time being an empty package stands in its place, which finds the modules and imports none of them.
    """
    import holidays

    name = "holidays.countries"
    if name in sys.modules:
        yield
        return
    standing_in = ModuleType(name)
    standing_in.__path__ = [f"{folder}/countries" for folder in holidays.__path__]
    sys.modules[name] = standing_in
    try:
        yield
    finally:
        del sys.modules[name]


@lru_cache(maxsize=256)
def holidays_of(code: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year: date -> name. Empty without a code and in years far from ours."""
    if not code or not _YEARS[0] <= year <= _YEARS[1]:
        return MappingProxyType({})
    from holidays import country_holidays

    country, _, subdivision = code.partition("-")
    with _one_country_only():
        found = country_holidays(country, subdiv=subdivision or None, years=year)
    return MappingProxyType({day: name for day, name in found.items() if day.year == year})
