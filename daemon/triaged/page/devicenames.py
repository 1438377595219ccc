"""What a device is called in the list of those that are signed in: its browser and system, as far as it tells them."""

from collections.abc import Sequence
from typing import Final

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that stands there: later ones claim to be like the earlier."""
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_of(browser: str) -> str:
    """What a User-Agent says: "Firefox, Android"; "" where it says neither."""
    return ", ".join(filter(None, (_first(browser, _BROWSERS), _first(browser, _SYSTEMS))))


def _first(browser: str, known: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in known if mark in browser), "")
