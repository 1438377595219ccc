"""Which replies that did not go, or perhaps did not, the digest tells of: nobody else would. Pure."""

from datetime import datetime, timedelta

from triaged.ledger.entries import ReplyRow

_FRESH = timedelta(days=1)
"""A reply is held at most `late` after its time; older ones are told of beside others, and are no reason for a mail."""


def waits_for_her(reply: ReplyRow, since: datetime) -> bool:
    """Whether it is held, or in doubt since then."""
    return reply.state == "held" or (
        reply.state == "in_doubt" and reply.ended_at is not None and reply.ended_at >= since
    )


def is_news(reply: ReplyRow, since: datetime) -> bool:
    """Whether it is worth a mail of its own."""
    return reply.send_at >= since - _FRESH
