"""What a decision comes to, in the words of a listing: for `replay` and for a trial on the page."""

from collections.abc import Callable
from datetime import datetime

from triaged.core.decision import Decision

Told = Callable[[datetime], str]
"""How an instant is written."""


def outcome(decision: Decision, told: Told) -> tuple[str, ...]:
    """Verdict, rule, until, reply."""
    until = told(decision.until.at) if decision.until else ""
    return (decision.verdict.value, decision.rule or "", until, reply_word(decision))


def details(decision: Decision, told: Told) -> tuple[str, ...]:
    """What else may differ: when the reply goes and in which language, what is promised, who is told."""
    reply = decision.reply
    return (
        f"{told(reply.send_at)} {reply.language}" if reply else "",
        told(decision.promise_moment.at) if decision.promise_moment else "",
        ", ".join(decision.notify),
    )


def reply_word(decision: Decision) -> str:
    """Which reply goes; else, behind a dash, why none does."""
    if decision.reply is not None and decision.no_reply is None:
        return decision.reply.template
    return f"– {decision.no_reply}" if decision.no_reply else ""


def because(before: Decision, now: Decision) -> str:
    """Why the two differ; once, where both say the same."""
    return now.reason if before.reason == now.reason else f"before: {before.reason}; now: {now.reason}"
