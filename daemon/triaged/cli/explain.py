"""`triaged explain`: what would happen to a message, and why."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triaged.cli.common import Failed, add_listing, configuration, local, person_of, print_json
from triaged.core.message import read_raw
from triaged.core.reply import reply_headers
from triaged.core.settings import Person
from triaged.desk.rehearsal import Rehearsal, Rehearsed, arrival_of, person_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_listing(parser)
    parser.add_argument(
        "--at", metavar="TIME", help="when it arrives (RFC 3339; without offset: your zone); default: as it says itself"
    )
    parser.add_argument(
        "message",
        nargs="+",
        metavar="MESSAGE",
        help="a file with a raw message, - for standard input, an item's number, or ACCOUNT:UID",
    )


def run(args: argparse.Namespace) -> int:
    """Explain raw messages in one simulated run, or items from the ledger."""
    loaded = configuration(args)
    if all(word.isdecimal() and not Path(word).exists() for word in args.message):
        from triaged.cli import explain_item

        return explain_item.run(args, loaded)
    persons = (person_of(loaded, args.person),) if args.person else loaded.persons
    rehearsals: dict[str, Rehearsal] = {}
    for name in args.message:
        message = read_raw(_octets(name))
        person = person_for(message, [one for one in persons if one])
        if person.label not in rehearsals:
            rehearsals[person.label] = Rehearsal(person)
        arrived = _at(args.at, person) if args.at else arrival_of(message, datetime.now(UTC))
        found = rehearsals[person.label].play(message, arrived)
        if args.json:
            print_json([as_json(found, name)])
        else:
            from triaged.cli.explain_page import show

            show(found, name)
    return 0


def _octets(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Failed(f"{name}: {error.strerror or error}") from error


def _at(text: str, person: Person) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Failed(
            f'--at {text}: write a date and time like "2026-11-24 15:10" or 2026-11-24T15:10:00+01:00'
        ) from error
    if at.tzinfo is None:
        zone = person.worktime
        at = zone.instant(at.date(), at.time())
    return at.astimezone(UTC)


def as_json(found: Rehearsed, name: str) -> dict[str, Any]:
    """One message as the contract's object."""
    decision = found.decision
    zone = found.person.worktime.zone
    promised = decision.promise.due_at if decision.promise else None
    moment = decision.promise_moment.at if decision.promise_moment else None
    return {
        "file": name,
        "message_id": found.message.message_id,
        "person": found.person.label,
        "account": found.account.label,
        "client": decision.client,
        "sender": decision.sender,
        "kind": list(decision.kind),
        "verdict": decision.verdict.value,
        "rule": decision.rule,
        "reason": decision.reason,
        "until": local(decision.until.at, zone) if decision.until else None,
        "promise": local(promised or moment, zone),
        "reply": _reply(found),
        "no_reply": decision.no_reply if _reply(found) is None else None,
        "notify": list(decision.notify),
        "trace": [{"rule": line.rule, "matched": line.matched, "because": line.because} for line in decision.trace],
    }


def _reply(found: Rehearsed) -> dict[str, Any] | None:
    plan = found.decision.reply
    if plan is None or plan.joins is not None or found.reply is None or found.decision.no_reply is not None:
        return None
    return {
        "template": plan.template,
        "language": plan.language,
        "send_at": local(plan.send_at, found.person.worktime.zone),
        "to": found.reply_to,
        "subject": found.reply.rendered.subject,
        "text": found.reply.rendered.text,
        "headers": reply_headers(found.reply.raw),
    }
