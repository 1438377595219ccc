"""`triaged status`: the accounts and how they are, what waits, what is promised for today, and what needs a person."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from triaged.cli.common import Failed, add_listing, configuration, console, ledger_of, person_of, print_json, readable
from triaged.config import default_path, load, state_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.epilog = "Exit code 0: all is well; 1: something needs a person, and the last lines say what."


def run(args: argparse.Namespace) -> int:
    found = _found(args)
    people = [one for one in found["people"] if args.person in (None, one["person"])]
    if not people:
        known = ", ".join(one["person"] for one in found["people"])
        raise Failed(f"nobody is called {args.person!r}; known are {known}")
    if args.json:
        head = {name: found.get(name) for name in ("source", "pid", "version", "started", "ready")}
        print_json({**head, **one} for one in people)
    else:
        _page(found, people)
    return 1 if any(one["attention"] for one in people) else 0


def _found(args: argparse.Namespace) -> dict[str, Any]:
    """What the daemon says, whatever has become of the files since; else what the ledger remembers."""
    from triaged.service.statussocket import NoAnswerError, ask

    try:
        return ask(state_file(load(args.config or default_path())).parent)
    except NoAnswerError as silence:
        from triaged.service.departures import absences
        from triaged.service.inforce import InForce
        from triaged.service.statusview import Silent, status_of

        loaded = configuration(args)
        if not state_file(loaded).exists():
            person_of(loaded, args.person)  # nobody else can be remembered
        silent = Silent(str(silence)) if silence.running else Silent()
        with ledger_of(loaded) as ledger:
            absent = absences(loaded, InForce(state_file(loaded).parent).read(), ledger.overview())
            people = status_of(ledger, loaded, datetime.now(UTC), silent, absent)
        return {"source": "ledger", "ready": False, "running": silence.running, "people": people}


def _page(found: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    out = console()
    if found["source"] == "daemon":
        head = f"running since {_at(found['started'])}" + ("" if found["ready"] else ", still starting")
        out.print(
            Text.assemble(("● ", "green"), head, (f"  (process {found['pid']}, triaged {found['version']})", "dim"))
        )
    else:
        how = "the daemon does not answer" if found["running"] else "no daemon is running"
        out.print(Text.assemble(("○ ", "red"), f"{how}; this is what the ledger remembers"))
    for one in people:
        out.print()
        if len(people) > 1:
            out.print(Text(one["person"], style="bold"))
        if one["paused"] is not None:
            out.print(Text.assemble(("‖ ", "yellow"), _paused(one["paused"]["until"])))
        if one["accounts"]:  # nothing is known of who is left out
            _accounts(out, one["accounts"])
            _promises(out, one["promises"])
            _passes(out, one["passes"])
            _calendars(out, one["calendars"])
        for need in one["attention"]:
            out.print(Text.assemble(("! ", "bold red"), need))
    sys.stdout.flush()


def _paused(until: str | None) -> str:
    end = f"until {_at(until)}" if until else "until `triaged pause off`"
    return f"paused {end}: nothing is sent or moved, what is put aside comes back"


_STYLES = {
    "watching": "green",
    "connected": "green",
    "starting": "yellow",
    "signed out": "bold red",
    "disconnected": "red",
}


def _accounts(out: Any, accounts: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    for one in accounts:
        since = f" since {_at(one['since'])}" if one["since"] else ""
        out.print(
            Text.assemble(
                (one["account"], "bold"), f"  {one['login']}  ", (one["state"], _STYLES.get(one["state"], "yellow")), since,
                ("" if one["mode"] == "send" else f"  mode {one['mode']}", "yellow"),
            )
        )  # fmt: skip
        last = f"last message {_at(one['last_message'])}" if one["last_message"] else "no message yet"
        waits = [f"{one[name]} {words}" for name, words in _WAITS.items() if one[name]]
        due = f"next due {_at(one['next_due'])}" if one["next_due"] else ""
        out.print(Text("  " + " · ".join(filter(None, (last, *waits, due))), style="dim"))
        if one["error"]:
            again = f"; next try {_at(one['next_try'])}, or `triaged retry {one['account']}`" if one["next_try"] else ""
            out.print(Text(f"  {one['error']}{again}", style="red"))


_WAITS = {
    "aside": "put aside",
    "waiting": "to be answered",
    "held": "held",
    "in_doubt": "in doubt",
    "failing": "failing",
    "unreadable": "unreadable",
}


def _calendars(out: Any, calendars: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    for one in calendars:
        read = f"read {_at(one['read_at'])}, {one['events']} events" if one["read_at"] else "not read yet"
        out.print(Text.assemble(("calendar  ", "cyan"), f"{one['calendar']}  ", (read, "red" if one["error"] else "")))


def _promises(out: Any, promises: Mapping[str, Any]) -> None:
    from rich.text import Text

    today = promises["due_today"]
    count = f"{promises['open']} open" + (f", {promises['overdue']} overdue" if promises["overdue"] else "")
    out.print(Text.assemble(("promises  ", "cyan"), count, "" if today else ", none due today"))
    for one in today:
        what = "call" if one["kind"] == "call" else "answer"
        style = "bold red" if one["state"] == "overdue" else ""
        subject = f"  “{one['subject']}”" if one["subject"] else ""
        out.print(Text.assemble("  ", (_at(one["due"]), style), f"  {what}  {one['client']}  {one['to']}{subject}"))


def _passes(out: Any, passes: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    if passes:
        left = ", ".join(f"{one['client']} {one['left']} of {one['total']} this {one['period']}" for one in passes)
        out.print(Text.assemble(("passes    ", "cyan"), left, " left"))


def _at(instant: str) -> str:
    at = datetime.fromisoformat(instant)
    return readable(at, at.tzinfo)  # as it is written: in the person's zone
