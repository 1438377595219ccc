"""Her time zone and language as this machine has them, and the country that a zone lies in."""

import os
from importlib.resources import files


def own_zone() -> str:
    """This machine's time zone; UTC where it does not say."""
    if zone := os.environ.get("TZ", "").lstrip(":"):
        return zone
    target = os.path.realpath("/etc/localtime")
    return target.partition("zoneinfo/")[2] or "UTC"


def own_language() -> str:
    """The language of this machine."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    language = said[:2].casefold()
    return language if language.isalpha() and language not in ("c", "po") else "en"


def country_of(zone: str) -> str:
    """ISO 3166 letters; "" where the zone is no country's."""
    try:
        table = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError):
        return ""
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[0] for row in rows if row[2:3] == [zone]), "")
