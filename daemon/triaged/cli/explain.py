"""`triaged explain`: what would happen to a message, and why."""

import argparse
import re
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triaged.cli.asknown import as_known
from triaged.cli.common import Failed, add_listing, configuration, ledger_of, local, person_of, print_json
from triaged.config import Loaded, state_file
from triaged.core.message import Message, read_raw
from triaged.core.reply import reply_headers
from triaged.core.settings import Account, Person
from triaged.ledger.entries import Place
from triaged.rehearse.rehearsal import Rehearsal, Rehearsed, arrival_of, person_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
    rehearsals: dict[str, Rehearsal] = {}
    try:
        for name in args.message:
            asked = _asked(args, loaded, name)
            if asked.person.label not in rehearsals:
                rehearsals[asked.person.label] = Rehearsal(asked.person)
            _tell(rehearsals[asked.person.label].play(asked.message, asked.arrived), asked, as_lines=args.json)
    finally:
        for rehearsal in rehearsals.values():
            rehearsal.close()
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message that is asked about. `item`: what the daemon calls it, if it has decided about it."""

    name: str
    message: Message
    person: Person
    arrived: datetime
    item: int | None = None


def _asked(args: argparse.Namespace, loaded: Loaded, name: str) -> _Asked:
    place = _ON_A_SERVER.fullmatch(name)
    if place and not Path(name).exists():
        asked = _on_a_server(loaded, place)
    else:
        wanted = person_of(loaded, args.person)
        message = read_raw(_octets(name))
        person = person_for(message, [wanted] if wanted else loaded.persons)
        asked = _Asked(name, message, person, arrival_of(message, datetime.now(UTC)))
    arrived = _at(args.at, asked.person) if args.at else asked.arrived
    return replace(asked, arrived=arrived, person=as_known(loaded, asked.person, arrived))


_ON_A_SERVER = re.compile(r"(?P<account>[^/:]+)(?:/(?P<folder>.+))?:(?P<uid>\d{1,10})")


def _on_a_server(loaded: Loaded, place: re.Match[str]) -> _Asked:
    """A message that lies in a watched folder (the first one, unless ACCOUNT/FOLDER:UID names another)."""
    from triaged.cli.imap_source import account_of, one_message

    account = account_of(loaded, place["account"])
    person = next(one for one in loaded.persons if account in one.accounts)
    found = one_message(loaded, account, place["folder"] or account.watch[0], int(place["uid"]))
    return _Asked(place[0], found.message, person, found.arrived, _item_at(loaded, account, found.place))


def _item_at(loaded: Loaded, account: Account, place: Place) -> int | None:
    if not state_file(loaded).exists():
        return None
    with ledger_of(loaded) as ledger:
        row = next((one for one in ledger.accounts() if one.login == account.login), None)
        item = ledger.item_at(row.id, place) if row else None
    return item.id if item else None


def _tell(found: Rehearsed, asked: _Asked, *, as_lines: bool) -> None:
    if as_lines:
        also = {} if asked.item is None else {"item": asked.item}
        print_json([as_json(found, asked.name) | also])
        return
    from triaged.cli.explain_page import show

    show(found, asked.name)
    if asked.item is not None:
        sys.stdout.write(f"What the daemon decided and did: triaged explain {asked.item}\n\n")


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
        "reason": _reason(found),
        "until": local(decision.until.at, zone) if decision.until else None,
        "promise": local(promised or moment, zone),
        "reply": _reply(found),
        "no_reply": decision.no_reply if _reply(found) is None else None,
        "notify": list(decision.notify),
        "trace": [{"rule": line.rule, "matched": line.matched, "because": line.because} for line in decision.trace],
    }


def _reason(found: Rehearsed) -> str:
    """Why this verdict, and all that speaks against a reply, in words."""
    decision = found.decision
    if decision.no_reply is None or _reply(found) is not None:
        return decision.reason
    against = [why for why in dict.fromkeys(one.reason for one in decision.refusals) if why != decision.reason]
    return f"{decision.reason}; no reply: {', '.join(against)}" if against else decision.reason


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
