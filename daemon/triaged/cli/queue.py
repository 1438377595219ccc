"""`triaged queue`: replies that wait, are held, or are in doubt."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

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
from triaged.config import Loaded, state_file
from triaged.core.settings import Person
from triaged.ledger.entries import ReplyRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)


def run(args: argparse.Namespace) -> int:
    """List the replies that a person may want to look at."""
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        people = people_of(loaded, ledger)
        key, now = key_of(ledger, person_of(loaded, args.person)), datetime.now(UTC)
        rows = [*ledger.queue(key), *ledger.would_wait(key, now)]
        logins = {account.id: account.login for account in ledger.accounts()}
    accounts = _accounts(loaded) if any(_is_due(row, now) for row in rows) else {}
    queued = [_queued(row, now, accounts.get(logins[row.account]), people.get(row.person)) for row in rows]
    if args.json:
        print_json(map(_as_json, queued))
    else:
        columns = ("reply", "person", "state", "goes at", "next try", "client", "to", "template", "why")
        print_table(
            *told(columns, [_as_cells(one) for one in queued], loaded), f"No reply waits{only_observed(loaded)}."
        )
    return 0


def _accounts(loaded: Loaded) -> Mapping[str, Mapping[str, Any]]:
    """What the running daemon says of each account, by login; nothing: none runs."""
    from triaged.service.statussocket import NoAnswerError, ask

    try:
        people = ask(state_file(loaded).parent)["people"]
    except NoAnswerError:
        return {}
    return {account["login"]: account for one in people for account in one["accounts"]}


@dataclass(frozen=True, slots=True)
class _Queued:
    """A reply, when it is tried next, and, if it is due, why it waits all the same ("": it goes at once)."""

    row: ReplyRow
    person: Person | None
    next_try: datetime
    waits: str = ""

    @property
    def zone(self) -> ZoneInfo | None:
        return self.person.worktime.zone if self.person else None


def _is_due(row: ReplyRow, now: datetime) -> bool:
    return row.state == "waiting" and row.send_at <= now


def _queued(row: ReplyRow, now: datetime, account: Mapping[str, Any] | None, person: Person | None) -> _Queued:
    if not _is_due(row, now):
        return _Queued(row, person, row.try_at)
    if account is None:
        return _Queued(row, person, row.try_at, "no daemon is running that would send it")
    wait = account["replies_wait"]
    next_try = max(row.try_at, datetime.fromisoformat(wait["until"])) if wait else row.try_at
    if account["state"] not in ("watching", "connected"):  # whatever else: this is why
        return _Queued(row, person, next_try, f"{account['state']}: {account['error']}".removesuffix(": None"))
    return _Queued(row, person, next_try, wait["why"] if wait else row.reason or "")


def _as_json(queued: _Queued) -> dict[str, Any]:
    row, zone = queued.row, queued.zone
    return {
        "reply": row.id,
        "person": queued.person.label if queued.person else row.person,
        "client": row.client,
        "state": row.state,
        "mode": row.mode,
        "kind": row.kind,
        "template": row.template,
        "language": row.language,
        "to": row.rcpt,
        "send_at": local(row.send_at, zone),
        "next_try": local(queued.next_try, zone),
        "tries": row.tries,
        "promise": local(row.tell_at, zone),
        "items": list(row.items),
        "reason": row.reason,
        "waits": queued.waits or None,
    }


def _as_cells(queued: _Queued) -> tuple[str, ...]:
    row, zone = queued.row, queued.zone
    again = row.state == "waiting" and queued.next_try > row.send_at
    return (
        str(row.id),
        queued.person.label if queued.person else "",
        "only observed" if row.state == "simulated" else row.state.replace("_", " "),
        readable(row.send_at, zone),
        readable(queued.next_try, zone) if again else "",
        row.client,
        row.rcpt,
        row.template,
        queued.waits or row.reason or "",
    )
