"""Replies that did not go, or perhaps did not, as a section of the digest: nobody else would tell her of them.

In: the replies of one person, and the subjects of what they answer. Out: a section, or None. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from triaged.ledger.entries import ReplyRow
from triaged.person.mailpage import Entry, Section
from triaged.person.phrasing import Phrasing

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


def section(replies: Sequence[ReplyRow], subjects: Mapping[int, str], phrasing: Phrasing) -> Section | None:
    """One entry a reply, with the command that ends it."""
    words = phrasing.words
    entries = tuple(
        Entry(
            phrasing.when(reply.send_at),
            reply.rcpt,
            (subjects.get(reply.items[0]) if reply.items else None) or words.no_subject,
            notes=(words.unsent[reply.state].format(reply=reply.id, reason=reply.reason or ""),),
        )
        for reply in replies
    )
    return Section(words.unsent_title, entries) if entries else None
