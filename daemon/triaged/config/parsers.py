"""Texts of the configuration as values: each function reads one text, or refuses with what to write instead.

They know no file, no other key and no clock.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from triaged.config.files import home_of
from triaged.core.address import Address, read_address
from triaged.core.authres import refused_id
from triaged.core.clients import Allowance
from triaged.core.loopback import is_loopback
from triaged.core.settings import Rate
from triaged.core.spans import Span, parse_span
from triaged.core.template import EACH_THREAD
from triaged.core.timewords import parse_clock, parse_date

_RATE = re.compile(r"(\d{1,6})\s*(?:per|a|/)\s*(\w+)", re.IGNORECASE | re.ASCII)
_PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_PASS_PERIODS = ("day", "week", "month")
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_EVERYDAY = frozenset(
    [
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "fi",
        "fr",
        "hu",
        "it",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sv",
        "tr",
        "uk",
    ]
)
_LISTEN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?", re.ASCII)
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_USUAL_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535


def close_to(word: str, known: Iterable[str]) -> str:
    """`; did you mean "harbor"?`, or nothing where no known word is near."""
    close = get_close_matches(word, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def parse_rate(text: str) -> Rate:
    """ "60 per hour" """  # noqa: D210, D415  # the text it reads is the best summary
    match = _RATE.fullmatch(text.strip())
    period = _PERIODS.get(match[2].casefold()) if match else None
    if match is None or period is None or not int(match[1]):
        raise ValueError(f'"{text}" is no rate: write a number per minute, hour or day, as in "60 per hour"')
    return Rate(int(match[1]), period)


def parse_allowance(text: str) -> Allowance:
    """ "2 per week" """  # noqa: D210, D415  # the text it reads is the best summary
    match = _RATE.fullmatch(text.strip())
    period = match[2].casefold() if match else ""
    for known in _PASS_PERIODS:
        if match and period == known:
            return Allowance(int(match[1]), known)  # type: ignore[arg-type]  # a literal's member out of a tuple of them
    raise ValueError(f'"{text}" is no number of passes: write a number per day, week or month, as in "2 per week"')


_FEED = re.compile(r"(https|webcal|file)://\S|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", re.IGNORECASE)


def is_feed(text: str) -> bool:
    """Whether it is the address of a calendar that may be read: closed to listeners on the way, or on this machine."""
    return _FEED.match(text) is not None


def parse_language(text: str) -> str:
    """A language by its ISO 639 code: "de"."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f'"{text}" is no language code: write two small letters, as in "en" or "de"')
    if text not in _EVERYDAY:
        from babel import localedata  # only for languages that are not met every day

        if not localedata.exists(text):
            raise ValueError(f'"{text}" is no language that dates can be written in{close_to(text, _EVERYDAY)}')
    return text


def parse_listen(text: str) -> tuple[str, int]:
    """Where to listen: "127.0.0.1:9464", "[::1]:9464"."""
    match = _LISTEN.fullmatch(text.strip())
    if match is None or not 0 < int(match[3]) <= _HIGHEST_PORT:
        raise ValueError(f'"{text}" is no address to listen at: write host and port, as in "127.0.0.1:9464"')
    return (match[1] or match[2] or "0.0.0.0", int(match[3]))  # noqa: S104  # ":9464" asks for all interfaces


def parse_page_url(text: str) -> str:
    """How the page is reached from elsewhere: scheme and name, as a browser names an origin (RFC 6454)."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in _USUAL_PORTS or not host or not bare or not host.isascii():
        raise ValueError(
            f'"{text}" is no address of a page: write scheme and name, as in "https://triaged.roth.example"'
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f'"{text}": everybody on the way would read along; write "https://…"')
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, _USUAL_PORTS[parts.scheme]) else "")


def parse_state(text: str) -> Path:
    """Where the ledger is: "sqlite:triaged.db", the path still as written."""
    kind, colon, path = text.partition(":")
    if kind in ("postgresql", "postgres"):  # whose password is nobody's to read
        raise ValueError(
            "a ledger in PostgreSQL is not served yet: nothing would keep two hosts from writing to the same client;"
            ' write sqlite: and a file, as in "sqlite:triaged.db"'
        )
    if not colon or kind != "sqlite" or not path:
        raise ValueError(f'"{text}" is no ledger: write sqlite: and a file, as in "sqlite:triaged.db"')
    return home_of(path.removeprefix("//"))


def parse_address(text: str) -> Address:
    address = read_address(text)
    if address is None:
        raise ValueError(f'"{text}" is no address: write name@domain, without name or angle brackets')
    if not address.is_ascii:
        raise ValueError(f'"{text}" has letters before the @ that mail cannot be sent to')
    return address


def parse_host(text: str) -> str:
    """The name or address of a server, without port."""
    host, colon, port = text.rpartition(":")
    if colon and port.isdigit() and ":" not in host:
        raise ValueError(f'"{text}" holds a port: write host = "{host}", port = {port}')
    if "://" in text or not _HOST.fullmatch(text):
        raise ValueError(f'"{text}" is no host: write the name of the server, as in "imap.example.org"')
    return text.strip("[]")


def parse_authserv_id(text: str) -> str:
    """Whose Authentication-Results to believe."""
    if any(character.isspace() or character in ";," for character in text):
        raise ValueError(f'"{text}" is no authserv-id: write the first word of your Authentication-Results, or a list')
    if refused := refused_id(text):
        raise ValueError(refused)
    return text


def parse_start(text: str) -> Span | str:
    """ "new", "all", or how far back to begin: "7 days" """  # noqa: D210, D415  # the texts it reads
    return text if text in ("new", "all") else parse_span(text)


def parse_every(text: str) -> Span:
    """How often one correspondent gets a reply: a duration, or "thread"."""
    return EACH_THREAD if text.strip().casefold() == EACH_THREAD.text else parse_span(text)


def parse_region(text: str) -> str:
    """A country for numbers written nationally: "DE"."""
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(f'"{text}" is no country: write two capital letters, as in "DE"')
    from triaged.core.callnumbers import is_region

    if not is_region(text):
        hint = '; did you mean "GB"?' if text == "UK" else ""
        raise ValueError(
            f'"{text}" is no country whose numbers are known: write its code of ISO 3166, as in "DE"{hint}'
        )
    return text


def parse_label(text: str) -> str:
    """The name of a table that a person chose."""
    if any(character in "*?/" for character in text):
        raise ValueError(f'"{text}" is no label: *, ? and / have a meaning where labels are named')
    return text


def parse_date_key(text: str) -> None:
    """A key of `on`: "2026-12-05"."""
    parse_date(text)


def parse_variable(text: str) -> str:
    """The name of an environment variable."""
    if not _ENVIRONMENT.fullmatch(text):
        raise ValueError(f'"{text}" is no name of an environment variable: write it without $, as in "IMAP_PASSWORD"')
    return text


def parse_credential(text: str) -> str:
    """The name of a systemd credential: a file name."""
    if "/" in text or text in (".", ".."):
        raise ValueError(f'"{text}" is no name of a credential: write the name alone, for a path write {{ file = … }}')
    return text


def parse_local(text: str) -> datetime:
    """A wall clock on a date, in the person's zone: "2026-11-24 15:10"; naive until the zone is known."""
    day, _, clock = text.strip().replace("T", " ").partition(" ")
    try:
        return datetime.combine(parse_date(day), parse_clock(clock) if clock else time(0))
    except ValueError as error:
        raise ValueError(f'"{text}" is no date and time: write it as in "2026-11-24 15:10"') from error


def parse_folder(text: str) -> str:
    """A folder's name as the server writes it, decoded."""
    if text != text.strip():
        raise ValueError(f'"{text}" begins or ends with a blank')
    return text


def parse_snooze_folder(text: str) -> str:
    """The name of a folder below the deferred one."""
    if not text.strip() or text != text.strip() or "/" in text or not text.isprintable():
        raise ValueError(f'"{text}" is no name of a folder of its own: write it without "/", as in "Tomorrow"')
    return text
