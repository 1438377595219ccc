"""Events of the reply queue: what has happened becomes lines of the log. Nothing is decided here."""

import re
from datetime import datetime
from typing import TypedDict

from triaged.delivery import Deferred
from triaged.ledger import Place, PromiseRow, ReplyRow
from triaged.log.events import Events

_NO_SUCH = re.compile(r"\b5\.1\.(?:0|1|2|3|6|10)\b")


class Which(TypedDict):
    """The fields that say which reply."""

    client: str
    mode: str
    item: int | None
    reply: int
    template: str
    language: str | None
    to: str


def of_reply(reply: ReplyRow) -> Which:
    """Which reply it is about."""
    return {
        "client": reply.client,
        "mode": reply.mode,
        "item": reply.items[0] if reply.items else None,
        "reply": reply.id,
        "template": reply.template,
        "language": reply.language or None,
        "to": reply.rcpt,
    }


def sent(events: Events, reply: ReplyRow, promise: PromiseRow | None, before: PromiseRow | None = None) -> None:
    """The server took it; what it told is a promise, which was as `before` until then."""
    due = promise.due_at if promise and reply.tell_at else None
    if reply.kind == "forward":
        events.emit("message.forwarded", **of_reply(reply))
        return
    events.emit("reply.sent", **of_reply(reply), promise=due)
    if promise and due:
        told(events, reply, promise, before)


def told(events: Events, reply: ReplyRow, promise: PromiseRow, before: PromiseRow | None) -> None:
    """The client knows of a promise that was not told before, or of an earlier moment of one that was."""
    known = before if before is not None and before.told_at is not None else None
    if promise.told_at is None or (known is not None and promise.due_at >= known.due_at):
        return
    events.emit(
        "promise.made" if known is None else "promise.moved",
        client=reply.client,
        item=reply.items[0] if reply.items else None,
        reply=reply.id,
        promise=promise.due_at,
        to=reply.rcpt,
        reason=None if known is None else "the client was told an earlier moment",
    )


def drafted(events: Events, reply: ReplyRow, place: Place | None) -> None:
    """It lies in Drafts."""
    events.emit(
        "reply.drafted", **of_reply(reply), folder=place.folder if place else None, uid=place.uid if place else None
    )


def suppressed(events: Events, reply: ReplyRow, code: str, reason: str) -> None:
    """It will not go, by the rules."""
    events.emit("reply.suppressed", **of_reply(reply), no_reply=code, reason=reason)


def cancelled(events: Events, reply: ReplyRow, reason: str) -> None:
    """It will not go, since a person has dealt with it."""
    events.emit("reply.cancelled", **of_reply(reply), reason=reason, by="person")


def held(events: Events, reply: ReplyRow, reason: str, *, no_reply: str | None = None) -> None:
    """It waits for a person."""
    events.emit("reply.held", **of_reply(reply), no_reply=no_reply, reason=reason)


def fuse(events: Events) -> None:
    """The one alarm: more replies than `reply_fuse` allows."""
    events.emit(
        "account.degraded", reason="reply_fuse: more replies than it allows; they are held until somebody sends them"
    )


def retrying(events: Events, reply: ReplyRow, deferred: Deferred, try_at: datetime) -> None:
    """Not this time."""
    events.emit("reply.retrying", **of_reply(reply), send_at=try_at, error=answer(deferred.code, deferred.text))


def waits_its_turn(events: Events, reply: ReplyRow) -> None:
    """So many of its client's, or of unverified senders, went lately that others have their turn first."""
    reason = "others have their turn first: its client, or unverified senders, had their share of this hour's replies"
    events.emit("reply.retrying", level="info", **of_reply(reply), send_at=reply.try_at, reason=reason)


def resting(events: Events, deferred: Deferred, until: datetime) -> None:
    """Nothing of this account goes for a while."""
    error = answer(deferred.code, deferred.text)
    if deferred.cause == "auth":
        events.emit("account.auth_failed", error=error, until=until, reason="the submission server refused the sign-in")
    else:
        events.emit("account.degraded", error=error, until=until, reason="no reply can be sent")


def failed(events: Events, reply: ReplyRow, code: int, text: str) -> None:
    """The server refused it for good."""
    events.emit("reply.failed", **of_reply(reply), error=answer(code, text))


def in_doubt(
    events: Events, reply: ReplyRow, text: str, promise: PromiseRow | None, before: PromiseRow | None = None
) -> None:
    """It may have gone; it is not sent again."""
    due = promise.due_at if promise and reply.tell_at else None
    events.emit("reply.in_doubt", **of_reply(reply), error=text, promise=due)
    if promise and due:
        told(events, reply, promise, before)


def answer(code: int, text: str) -> str:
    """A server's answer on one line."""
    return f"{code} {text}" if code else text


def no_such_address(code: int, text: str) -> bool:
    """Whether a refusal says that nobody reads mail there (RFC 3463 3.2)."""
    return 550 <= code <= 553 and _NO_SUCH.search(text) is not None  # noqa: PLR2004 — RFC 5321 4.2.2
