"""What may be written for a value, by its type or by the words that its field uses for it (`About.kind`).

Texts with their parsers, and the tables that are no value of their own. A kind that is not here is a plain text.
"""

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from triaged.config import parsers
from triaged.config.spec import Either, Flag, Key, Many, Others, Raw, Spec, Table, Text, Whole
from triaged.config.timezones import parse_zone
from triaged.core.address import Address, Glob
from triaged.core.authres import Trust
from triaged.core.calls import Call, parse_planned
from triaged.core.clients import Allowance
from triaged.core.conditions import KINDS as MESSAGE_KINDS
from triaged.core.moments import Moment, parse_moment
from triaged.core.providers import AUTHORIZATION_SERVERS, PROFILES
from triaged.core.settings import Rate
from triaged.core.spans import Span, parse_span
from triaged.core.timewords import WEEKDAYS, parse_clock, parse_weekdays

_DAY = (
    "("
    + "|".join("".join(f"[{one.upper()}{one}]" for one in day) for day in WEEKDAYS)
    + ")([DdEeNnRrSsUu]*[Dd][Aa][Yy])?"
)
_SLOTS = Many(Text("hours", example="09:00-17:30", shape=r"^[^A-Za-z]*$", empty=True))
_ADDRESS = Text("an address", parsers.parse_address, example="dana@roth.example", shape=r"^[^@\s]+@[^@\s]+$")
_LANGUAGE = Text("a language code", parsers.parse_language, example="en", shape="^[a-z]{2,3}$")
_MOMENT = Text("a moment", parse_moment, example="next office day 10:00")
_ZONE = Text("a time zone", parse_zone, example="Europe/Berlin")
_PROFILE = Text(words=tuple(PROFILES))

WEEK = Others(
    _SLOTS,
    "hours of these days; a single day wins over a range",
    "a day of the week",
    parse_weekdays,
    shape=rf"^\s*{_DAY}(\s*[,–-]\s*{_DAY})*\s*$",
    example="mon-fri",
)


def table(about: str = "", others: Others | None = None, **keys: Key) -> Table:
    """A table that is no value of its own; an underscore at the end lets a key be one of Python's words."""
    return Table(MappingProxyType({name.rstrip("_"): key for name, key in keys.items()}), others, about=about)


_DATES = Others(
    _SLOTS, "hours of this date", "a date", parsers.parse_date_key, r"^\d{4}-\d{2}-\d{2}$", example="2026-12-05"
)
AGREED_HOURS = table(
    others=WEEK,
    on=Key(Table(others=_DATES), "hours of single dates; a date wins over everything"),
    holidays=Key(Text("a country", example="DE-BE", empty=True), "country or country-subdivision", "none"),
)
HOURS = table(
    "when you are available; without [hours] always",
    WEEK,
    **AGREED_HOURS.keys,
    away=Key(Many(Text("dates", example="2026-12-24..2027-01-03")), "whole days, both ends included"),
    focus=Key(Table(others=WEEK), "inside office hours, but not available"),
)
PROVIDER = table(
    token_url=Key(Text(), "where tokens are had", "as the issuer publishes"),
    device_url=Key(Text(), "where a sign-in on another device begins", "as the issuer publishes"),
    authorization_url=Key(Text(), "where a sign-in in a browser begins", "as the issuer publishes"),
    issuer=Key(Text(), "who publishes these addresses (OpenID discovery)"),
    scopes=Key(Many(Text()), "what is asked for"),
)


def _wall_clock(text: str) -> str:
    """A date and time as it is written, once it is known to be one."""
    if text != "none":
        parsers.parse_local(text)
    return text


EXPECT = table(
    then=Key(Text(words=("urgent", "defer", "leave")), "what is done"),
    rule=Key(Text("a rule's name"), "which rule decides"),
    client=Key(Text("a label", empty=True), 'whose mail it is; "": nobody\'s'),
    kind=Key(Many(Text(words=MESSAGE_KINDS)), "kinds it must have"),
    until=Key(Text('a date and time, or "none"', _wall_clock, example="2026-11-27 09:00"), "when it comes back"),
    promise=Key(Text('a date and time, or "none"', _wall_clock, example="2026-11-27 10:00"), "what the client is told"),
    reply=Key(Text("a reply's label", empty=True), 'which reply; "none": none'),
    no_reply=Key(Text("a reason", example="robot-sender"), "why there is no reply"),
    language=Key(_LANGUAGE, "the language of the reply"),
    delegate=Key(Text("a label"), "to whom it is sent on"),
    notify=Key(Many(Text("a channel")), "the channels that are told"),
)


def _by_language(kind: Text | Many, about: str) -> Either:
    named = Others(kind, about, "a language", parsers.parse_language, "^[a-z]{2,3}$", "en")
    return Either((kind, Table(others=named)))


def _moment_or_settled(text: str) -> Moment | None:
    return None if text.strip().casefold() == "settled" else parse_moment(text)


def _moment_or_none(text: str) -> Moment | None:
    return None if text == "none" else parse_moment(text)


SNOOZE = Table(
    others=Others(
        Many(Text('a moment or "settled"', _moment_or_settled, example="start of next office day"), least=1),
        "what is dragged there comes back then; settled: nothing comes back",
        "a folder's name",
        parsers.parse_snooze_folder,
        example='"Tomorrow"',
    ),
    about="folders below the deferred one, for your mail program: a drag says when",
)


KINDS: Mapping[object, Spec] = MappingProxyType(
    {
        bool: Flag(),
        Address: _ADDRESS,
        Allowance: Text(
            "a number of passes",
            parsers.parse_allowance,
            example="2 per week",
            shape=r"^\s*\d+\s*(per|a|/)\s*(day|week|month)\s*$",
        ),
        Call: Text("a standing call", parse_planned, example="fri 10:00 for 45m"),
        Glob: Text("an address or a pattern", Glob.parse, example="*@harbor.example", shape=r"^[^\s]+$"),
        Moment: _MOMENT,
        Path: Text("a file", example="/etc/ssl/own-ca.pem", path=True),
        Rate: Text("a rate", parsers.parse_rate, example="60 per hour", shape=r"^\s*\d+\s*(per|a|/)\s*\w+\s*$"),
        Span: Text("a duration", parse_span, example="2h", shape=r"^\s*\d.*[A-Za-z]\s*$"),
        Trust: Many(Text("an authserv-id", parsers.parse_authserv_id, example="mx.roth.example")),
        ZoneInfo: _ZONE,
        datetime: Text("a date and time", parsers.parse_local, example="2026-11-24 15:10"),
        time: Text("a time of day", parse_clock, example="16:30"),
        '"new", "all" or a duration': Text('"new", "all" or a duration', parsers.parse_start, example="7 days"),
        '"thread" or a duration': Text('"thread" or a duration', parsers.parse_every, example="1 day"),
        "a command": Many(Text(example="pass"), alone=False, least=1),
        "a country": Text("a country", parsers.parse_region, example="DE", shape="^[A-Z]{2}$"),
        "a credential": Text("a name", parsers.parse_credential, example="work-imap"),
        "a folder": Text("a folder", parsers.parse_folder),
        'a folder, or ""': Text("a folder", parsers.parse_folder, empty=True),
        "a host": Text("a host", parsers.parse_host, example="imap.roth.example"),
        "a language code": _LANGUAGE,
        "a ledger": Text("a ledger", parsers.parse_state, example="sqlite:triaged.db", shape="^sqlite:."),
        "a line": Text(empty=True),
        "a port": Whole(1, 65535),
        "replies an hour": Whole(1, 1000),
        "a profile": _PROFILE,
        "a provider": Either((Text(words=tuple(AUTHORIZATION_SERVERS)), PROVIDER)),
        "a comparison": Text("a comparison", shape=r"^\s*(<=|>=|<|>|=|==)?\s*\d+\s*$"),
        "a time zone": _ZONE,
        "a variable": Text("a name", parsers.parse_variable, example="IMAP_PASSWORD"),
        "addresses": Many(Text("an address")),
        "agreed hours": AGREED_HOURS,
        "conditions": Raw(),
        "expectations": EXPECT,
        "fields": Table(others=Others(Text(empty=True), "the value", "a field's name", example="List-Id")),
        "host and port": Text("host and port", parsers.parse_listen, example="127.0.0.1:9464", shape=r":\d+$"),
        "a page's address": Text(
            "a page's address", parsers.parse_page_url, example="https://triaged.roth.example", shape="^https?://."
        ),
        "lines": Text(empty=True, lines=True),
        'moments or "none"': Many(Text('a moment or "none"', _moment_or_none, example="2 business days"), least=1),
        "people": Table(
            others=Others(
                Text("a name"),
                "how to address this person",
                "an address",
                parsers.parse_address,
                _ADDRESS.shape,
                "gary@harbor.example",
            )
        ),
        "subjects": _by_language(Text("a text", empty=True), "the subject in this language"),
        "tables of conditions": Many(Raw(), alone=False, least=1),
        "texts": _by_language(
            Many(Text("a text", lines=True), least=1),
            "the text in this language; of a list none goes to the same correspondent twice within 7 days",
        ),
    }
)
