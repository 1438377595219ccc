"""The whole of what a configuration may hold: by kind of file, and table by table."""

from collections.abc import Iterator
from types import MappingProxyType

from triaged.config import parsers
from triaged.config.described import table_of
from triaged.config.spec import Key, Many, Others, Table
from triaged.config.valuekinds import HOURS, KINDS, SNOOZE, table
from triaged.core.clients import Client
from triaged.core.rules import Rule
from triaged.core.settings import (
    Account,
    Calendar,
    Channel,
    Delegate,
    Digest,
    Person,
    PromisePolicy,
    ReportPlan,
    Service,
    Telephone,
)
from triaged.core.template import ReplyTemplate


def _one(cls: type) -> Key:
    return Key(table_of(cls), table_of(cls).about)


def _labelled(cls: type, example: str) -> Key:
    inner = table_of(cls)
    return Key(Table(others=Others(inner, inner.about, "a label", parsers.parse_label, example=example)), inner.about)


ME = table(
    "who you are",
    None,
    **table_of(Person).keys,
    timezone=Key(KINDS["a time zone"], "your time zone", "the system's"),
)
PERSON = table(
    me=Key(ME, ME.about, required=True),
    hours=Key(HOURS, HOURS.about),
    account=_labelled(Account, "work"),
    telephone=_one(Telephone),
    client=_labelled(Client, "harbor"),
    delegate=_labelled(Delegate, "tom"),
    reply=_labelled(ReplyTemplate, "until-call"),
    rule=Key(Many(table_of(Rule), alone=False), table_of(Rule).about),
    notify=_labelled(Channel, "phone"),
    calendar=_labelled(Calendar, "mine"),
    promises=_one(PromisePolicy),
    digest=_one(Digest),
    report=_one(ReportPlan),
    snooze=Key(SNOOZE, SNOOZE.about),
)
"""One person's file within a folder."""

SERVICE_FILE = table(service=_one(Service))
"""service.toml."""

SINGLE = Table(MappingProxyType({**SERVICE_FILE.keys, **PERSON.keys}))
"""One file for everything."""


def homes() -> dict[str, tuple[str, ...]]:
    """In which tables each key is at home, as headers: `name` is at home in `[me]` and `[client.NAME]`."""
    found: dict[str, list[str]] = {}
    for header, one in tables():
        for name in one.keys:
            found.setdefault(name, []).append(header)
    return {**{name: tuple(headers) for name, headers in found.items()}, "service": ("service.toml",)}


def tables() -> Iterator[tuple[str, Table]]:
    """The tables of the first order with their headers, in the order of the reference."""
    for name, key in SINGLE.keys.items():
        match key.spec:
            case Table(others=Others(spec=Table() as inner)):
                yield f"[{name}.NAME]", inner
            case Table() as inner:
                yield f"[{name}]", inner
            case Many(item=Table() as inner):
                yield f"[[{name}]]", inner
            case _:
                pass
