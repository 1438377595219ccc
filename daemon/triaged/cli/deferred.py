"""`triaged deferred`: what is put aside, until when, with which promise."""

import argparse
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triaged.cli.common import (
    add_listing,
    configuration,
    key_named,
    ledger_of,
    local,
    only_observed,
    people_of,
    print_json,
    print_table,
    readable,
    told,
)
from triaged.core.settings import Person
from triaged.ledger.entries import DeferredRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)


def run(args: argparse.Namespace) -> int:
    """List what is put aside, in the order in which it comes back."""
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        people = people_of(loaded, ledger)
        key = key_named(loaded, ledger, args.person)
        rows = [*ledger.deferred(key), *ledger.would_be_aside(key, datetime.now(UTC))]
    if args.json:
        print_json(_as_json(row, people.get(row.item.person)) for row in rows)
    else:
        columns = ("item", "person", "back at", "client", "from", "subject", "promise", "trouble")
        cells = [_as_cells(row, people.get(row.item.person)) for row in rows]
        print_table(*told(columns, cells, loaded), f"Nothing is put aside{only_observed(loaded)}.")
    return 0


def _as_json(row: DeferredRow, person: Person | None) -> dict[str, Any]:
    zone = person.worktime.zone if person else None
    item = row.item
    return {
        "item": item.id,
        "person": person.label if person else item.person,
        "client": item.client,
        "sender": item.sender,
        "subject": item.subject,
        "message_id": item.message_id,
        "rule": item.rule,
        "reason": item.reason,
        "arrived": local(item.arrived_at, zone),
        "until": local(row.until, zone),
        "next_try": local(row.next_try, zone),
        "promise": local(row.promise.due_at, zone) if row.promise and row.promise.state != "void" else None,
        "promise_state": row.promise.state if row.promise else None,
        "reply": row.reply.id if row.reply else None,
        "reply_state": row.reply.state if row.reply else None,
        "folder": item.folder,
        "uid": item.uid,
        "error": row.error,
        "observed": _would_be(row),
    }


def _would_be(row: DeferredRow) -> bool:
    """Whether it is only what an account that observes would have done."""
    return row.item.state != "aside"


def _as_cells(row: DeferredRow, person: Person | None) -> tuple[str, ...]:
    zone = person.worktime.zone if person else None
    promise = _promise(row, zone)
    again = f"next try {readable(row.next_try, zone)}: " if row.next_try else ""
    trouble = f"! {again}{row.error}" if row.error else ""
    return (
        str(row.item.id),
        person.label if person else "",
        readable(row.until, zone) + (" (only observed)" if _would_be(row) else ""),
        row.item.client or "",
        row.item.sender or "",
        row.item.subject or "",
        promise,
        trouble,
    )


_TOLD = {
    "planned": "not told yet",
    "open": "told",
    "overdue": "overdue",
    "kept": "kept",
    "late": "kept late",
    "settled": "settled",
}


def _promise(row: DeferredRow, zone: ZoneInfo | None) -> str:
    if row.promise is None or row.promise.state == "void":
        return ""
    return f"{readable(row.promise.due_at, zone)} ({_TOLD[row.promise.state]})"
