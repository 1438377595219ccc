"""`triaged queue`: replies that wait, are held, or are in doubt."""

import argparse
from typing import Any

from triaged.cli.common import (
    add_listing,
    configuration,
    key_of,
    ledger_of,
    local,
    only_observed,
    people_of,
    person_of,
    print_json,
    print_table,
    readable,
    told,
)
from triaged.core.settings import Person
from triaged.ledger.values import ReplyRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)


def run(args: argparse.Namespace) -> int:
    """List the replies that a person may want to look at."""
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        people = people_of(loaded, ledger)
        rows = ledger.queue(key_of(ledger, person_of(loaded, args.person)))
    if args.json:
        print_json(_as_json(row, people.get(row.person)) for row in rows)
    else:
        columns = ("reply", "person", "state", "goes at", "client", "to", "template", "why")
        cells = [_as_cells(row, people.get(row.person)) for row in rows]
        print_table(*told(columns, cells, loaded), f"No reply waits{only_observed(loaded)}.")
    return 0


def _as_json(row: ReplyRow, person: Person | None) -> dict[str, Any]:
    zone = person.worktime.zone if person else None
    return {
        "reply": row.id,
        "person": person.label if person else row.person,
        "client": row.client,
        "state": row.state,
        "mode": row.mode,
        "kind": row.kind,
        "template": row.template,
        "language": row.language,
        "to": row.rcpt,
        "send_at": local(row.send_at, zone),
        "next_try": local(row.try_at, zone),
        "tries": row.tries,
        "promise": local(row.tell_at, zone),
        "items": list(row.items),
        "reason": row.reason,
    }


def _as_cells(row: ReplyRow, person: Person | None) -> tuple[str, ...]:
    zone = person.worktime.zone if person else None
    state = row.state.replace("_", " ")
    return (
        str(row.id),
        person.label if person else "",
        state,
        readable(row.send_at, zone),
        row.client,
        row.rcpt,
        row.template,
        row.reason or "",
    )
