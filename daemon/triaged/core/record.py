"""What is kept of a decision, as JSON: enough to explain it months later and to write its reply when it is due.

Goes in: a decision and what it was about. Comes out: a dict of plain values, and back again as a `Record`. Bodies are not
in it, only the one line of the excerpt that the ledger keeps while the item is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from triaged.core.address import Address, is_mine
from triaged.core.decision import Decision, PromisePlan
from triaged.core.identify import Identified
from triaged.core.message import Message
from triaged.core.moments import Resolved
from triaged.core.trust import Level

EXCERPT = 160
"""Characters of the new text that digest and agenda show."""

_REFERENCES = 20
_LEVELS = {True: Level.VERIFIED, False: Level.UNVERIFIED, None: Level.UNKNOWN}
"""What was kept before there were levels."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a reply needs of the message it answers. Ids with angle brackets, instants aware UTC."""

    sender_name: str
    sender_address: str
    level: Level  # how sure we were of the sender
    subject: str  # bare
    received: datetime
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # those of its References field
    mine: str | None  # the address of mine that it was written to
    until: datetime | None
    delegate: str | None
    called: bool  # a caller's notice: the reply is a new message


def excerpt_of(message: Message) -> str:
    """The first words of the new text, on one line."""
    words = " ".join(message.new_text[: EXCERPT * 4].split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1].rstrip() + "…"


def written_to(message: Message, mine: Sequence[Address]) -> str | None:
    """Which of my addresses the message names, To before Cc, as configured (without its +tag)."""
    for named in (*message.to, *message.cc):
        for address in mine:
            if is_mine(named, (address,)):
                return address.spec
    return None


def as_record(decision: Decision, who: Identified, arrived: datetime, mine: Sequence[Address]) -> dict[str, Any]:
    """The decision as plain values, with what its reply will need. `mine`: the account's addresses."""
    message = who.message
    sender = message.sender
    ancestors = message.ancestors
    return {
        "sender_name": sender.name if sender else "",
        "sender_address": sender.address.spec if sender else "",
        "verified": decision.verified,
        "level": decision.level.value,
        "subject": message.bare_subject,
        "received": _text(arrived),
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to[:2]),
        "references": [*ancestors[:1], *ancestors[1:][-_REFERENCES + 1 :]],
        "mine": written_to(message, mine),
        "until": _text(decision.until.at) if decision.until else None,
        "delegate": decision.delegate,
        "called": who.notice is not None,
        "moments": {
            "until": _moment(decision.until),
            "promise": _moment(decision.promise_moment),
        },
        "promise": _promise(decision.promise),
        "reply": decision.reply
        and {
            "template": decision.reply.template,
            "language": decision.reply.language,
            "send_at": _text(decision.reply.send_at),
            "to": decision.reply.to.spec,
            "joins": decision.reply.joins,
        },
        "refusals": [[refusal.code, refusal.reason] for refusal in decision.refusals],
        "notify": list(decision.notify),
        "trace": [[line.rule, line.matched, line.because] for line in decision.trace],
    }


def from_record(record: Mapping[str, Any]) -> Record:
    """Read the part that a reply needs back."""
    return Record(
        sender_name=record["sender_name"],
        sender_address=record["sender_address"],
        level=Level(record["level"]) if "level" in record else _LEVELS[record["verified"]],
        subject=record["subject"],
        received=datetime.fromisoformat(record["received"]),
        message_id=record["message_id"],
        in_reply_to=tuple(record["in_reply_to"]),
        references=tuple(record["references"]),
        mine=record["mine"],
        until=datetime.fromisoformat(record["until"]) if record["until"] else None,
        delegate=record["delegate"],
        called=record["called"],
    )


def _moment(resolved: Resolved | None) -> dict[str, Any] | None:
    if resolved is None:
        return None
    return {
        "as_written": resolved.moment.text,
        "at": _text(resolved.at),
        "call": resolved.call.id if resolved.call else None,
        "steps": list(resolved.steps),
    }


def _promise(plan: PromisePlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {"kind": plan.kind, "due_at": _text(plan.due_at), "call": plan.call, "continues": plan.continues}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
