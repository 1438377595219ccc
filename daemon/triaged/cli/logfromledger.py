"""The last weeks as the ledger remembers them, as lines of the log."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.errors import TriagedError

_UTC = ZoneInfo("UTC")
_WEEKS = timedelta(weeks=4)


def remembered_lines(args: argparse.Namespace) -> Iterator[Mapping[str, Any]] | None:
    """What has happened since `--since`, four weeks if nothing is said; None: there is no ledger that tells it."""
    from triaged.cli.common import ledger_of, people_of  # a log in a file needs nothing of them
    from triaged.config import default_path, load

    loaded = load(args.config or default_path())
    if not loaded.usable:
        return None
    try:
        with ledger_of(loaded) as ledger:
            people = people_of(loaded, ledger)
            logins = {row.id: row.login for row in ledger.accounts()}
            found = ledger.happened(args.since or datetime.now(UTC) - _WEEKS)
    except TriagedError:
        return None
    labels = {one.login: one.label for person in loaded.persons for one in person.accounts}
    return (
        {
            "timestamp": one.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "level": "info",
            "event": one.event,
            "person": people[one.person].label if one.person in people else one.person,
            **({"account": labels.get(logins[one.account], logins[one.account])} if one.account in logins else {}),
            **_told(one.fields, people[one.person].worktime.zone if one.person in people else _UTC),
        }
        for one in found
    )


def _told(fields: Mapping[str, Any], zone: ZoneInfo) -> Mapping[str, Any]:
    return {
        name: value.astimezone(zone).isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
