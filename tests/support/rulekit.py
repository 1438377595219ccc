"""Mail, clients, views and sendings for the tests of rules and guard: ordinary ones, of which a test changes one thing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.address import Address, Glob, read_address
from triaged.core.authres import Authentication, Verdict
from triaged.core.clients import Client, Match, Roster
from triaged.core.conditions import Condition, View, parse_when
from triaged.core.facts import Facts
from triaged.core.guard import Sending
from triaged.core.message import Message, read_raw
from triaged.core.rules import Rule, Then
from triaged.core.worktime import WorkTime, merge_week, parse_slots

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)  # a Tuesday, 15:10 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
MINE = "dana@roth.example"
GARY = "gary@harbor.example"
WEEK = merge_week({"mon-thu": parse_slots(["09:00-12:30", "13:30-17:30"]), "fri": parse_slots("09:00-15:00")})
HOURS = WorkTime(BERLIN, WEEK, focus=merge_week({"tue": parse_slots("09:00-11:00")}))

ORDINARY: Mapping[str, str] = {
    "Return-Path": f"<{GARY}>",
    "From": f"Gary Jones <{GARY}>",
    "To": MINE,
    "Subject": "Quick question",
    "Date": "Tue, 24 Nov 2026 14:10:00 +0000",
    "Message-ID": "<one@harbor.example>",
}


def raw_mail(text: str, /, *extra: str, **fields: str | None) -> bytes:
    """The octets of `mail`."""
    given = {name.replace("_", "-").lower(): value for name, value in fields.items()}
    merged = {name: given.pop(name.lower(), value) for name, value in ORDINARY.items()} | given
    header = [f"{name}: {value}" for name, value in merged.items() if value is not None]
    return "\r\n".join([*header, *extra, "", text]).encode()


def mail(text: str = "Can you ring me about the figures?", /, *extra: str, **fields: str | None) -> Message:
    """An ordinary message of Gary's; `fields` replace its own (underscores are hyphens, None leaves one out), `extra` are added lines."""
    return read_raw(raw_mail(text, *extra, **fields))


def address(text: str) -> Address:
    """An address that must be readable."""
    found = read_address(text)
    assert found is not None, text
    return found


def client(label: str = "harbor", *patterns: str, **rest: Any) -> Client:
    """A client with these entries."""
    globs = tuple(Glob.parse(pattern) for pattern in patterns or ("*@harbor.example",))
    return Client(label=label, name=label.title(), patterns=globs, zone=ZoneInfo("Europe/London"), **rest)


def when(**table: object) -> Condition:
    """The condition of a `when` table; `not_`, `from_`, `any_`, `all_` stand for the words that Python keeps."""
    found = parse_when({key.rstrip("_"): value for key, value in table.items()})
    assert not isinstance(found, list), found
    return found


def rule(name: str = "all", /, then: Then = Then.DEFER, reply: str | None = "until-call", **rest: Any) -> Rule:
    """A rule that asks for a reply."""
    return Rule(name, then, reply=reply, **rest)


def facts(**rest: Any) -> Facts:
    """Nothing has been before."""
    return Facts(**{"now": NOW, "arrived": NOW, **rest})


UNKNOWN = Authentication(Verdict.UNCONFIGURED, "no authserv_id is configured")


def view(message: Message | None = None, of: Client | None = None, **rest: Any) -> View:
    """What a rule sees of an ordinary message."""
    given = {"facts": facts(), "worktime": HOURS, "authentication": UNKNOWN, "mine": (address(MINE),), **rest}
    return View(message=message or mail(), client=of or client(), **given)


def sending(message: Message | None = None, /, **rest: Any) -> Sending:
    """An ordinary message of a client, which may be answered."""
    message = message or mail()
    given: dict[str, Any] = {
        "facts": facts(),
        "mine": (address(MINE),),
        "client": client(),
        "authentication": UNKNOWN,
        "rule": rule(),
        **rest,
    }
    if "match" not in given and given["client"] is not None and message.sender is not None:
        found = Roster((given["client"],)).find(message.sender.address)
        given["match"] = found if isinstance(found, Match) else None
    return Sending(message=message, **given)


MINUTE = timedelta(minutes=1)
