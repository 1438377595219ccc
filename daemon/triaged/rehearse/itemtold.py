"""What the daemon decided about a message and what became of it, in words: the ledger's rows in, for `explain ITEM` and the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from triaged.core.retelling import retold
from triaged.core.rules import TraceLine
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow, Item, ReplyRow

_DOES: Final = {
    "flag": "flag it",
    "urgent": "move it to the urgent folder",
    "aside": "put it aside",
    "back": "bring it back",
    "append": "append a copy",
    "remove": "remove the draft",
    "notify": "push",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done or owed: `text`, then when, then a remark ("": none)."""

    text: str
    at: datetime | None
    remark: str = ""


def trace_of(ledger: Ledger, item: Item) -> tuple[TraceLine, ...]:
    """The rules that were in force then, down to the one that decided."""
    if item.decision is None:
        return ()
    body = ledger.ruleset_body(item.ruleset) if item.ruleset else None
    return retold(body, item.client, [TraceLine(*line) for line in item.decision.get("trace", [])])


def moments_of(item: Item) -> Sequence[tuple[str, str]]:
    """`until` and `promise`, as far as the decision has them: as the rule writes them, and how they were reckoned."""
    moments = dict(item.decision or {}).get("moments") or {}
    found = ((which, moments.get(which)) for which in ("until", "promise"))
    return [(which, f"{one['as_written']}: {', '.join(one['steps'])}") for which, one in found if one]


def refusals_of(item: Item) -> Sequence[tuple[str, str]]:
    """Why no robot may answer it: code and words of all that was found."""
    return [(code, reason) for code, reason in dict(item.decision or {}).get("refusals") or []]


def effect_step(effect: EffectRow) -> Step:
    """What the daemon did in the mailbox, or still owes."""
    done = effect.state == "done"
    text = f"{_DOES[effect.kind]}: {'done' if done else f'{effect.state}, due'}"
    return Step(text, effect.done_at if done else effect.due_at, effect.error or "")


def reply_step(reply: ReplyRow) -> Step:
    """How it stands with a reply to it."""
    text = f"reply {reply.id} “{reply.template}” to {reply.rcpt}: {reply.state.replace('_', ' ')}"
    return Step(text, reply.ended_at or reply.send_at, reply.reason or "")
