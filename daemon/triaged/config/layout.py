"""The whole of what a configuration may hold, out of the tables' descriptions: by kind of file, and key by key."""

from collections.abc import Iterator
from types import MappingProxyType

from triaged.config import tables as t
from triaged.config import values
from triaged.config.ruletables import RULE
from triaged.config.spec import Key, Many, Others, Table


def _labelled(table: Table, about: str, example: str) -> Key:
    return Key(Table(others=Others(table, about, "a label", values.parse_label, example=example)), about)


PERSON = Table(
    t.table(
        me=Key(t.ME, t.ME.about, required=True),
        hours=Key(t.HOURS, t.HOURS.about),
        account=_labelled(t.ACCOUNT, t.ACCOUNT.about, "work"),
        telephone=Key(t.TELEPHONE, t.TELEPHONE.about),
        client=_labelled(t.CLIENT, t.CLIENT.about, "harbor"),
        delegate=_labelled(t.DELEGATE, t.DELEGATE.about, "tom"),
        reply=_labelled(t.REPLY, t.REPLY.about, "until-call"),
        rule=Key(Many(RULE, alone=False), RULE.about),
        notify=_labelled(t.NOTIFY, t.NOTIFY.about, "phone"),
        promises=Key(t.PROMISES, t.PROMISES.about),
        digest=Key(t.DIGEST, t.DIGEST.about),
        report=Key(t.REPORT, t.REPORT.about),
    )
)
"""One person's file within a folder."""

SERVICE_FILE = Table(t.table(service=Key(t.SERVICE, t.SERVICE.about)))
"""service.toml."""

SINGLE = Table(MappingProxyType({**SERVICE_FILE.keys, **PERSON.keys}))
"""One file for everything."""


def homes() -> dict[str, tuple[str, ...]]:
    """In which tables each key is at home, as headers: `name` is at home in `[me]` and `[client.NAME]`."""
    found: dict[str, list[str]] = {}
    for header, table in tables():
        for name in table.keys:
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
