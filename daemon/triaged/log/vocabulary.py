"""The closed list of events with their words and levels, and of the fields that a line may have: all that is ever said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, TypedDict, get_args, get_type_hints

Level = Literal["debug", "info", "warning", "error"]
LEVELS: Final[Mapping[str, int]] = {"debug": 10, "info": 20, "warning": 30, "error": 40}

Event = Literal[
    "service.started", "service.ready", "service.stopping", "service.stopped", "service.paused", "service.resumed",
    "config.loaded", "config.reloaded", "config.rejected",
    "person.left_out",
    "account.connected", "account.idle", "account.disconnected", "account.auth_failed", "account.auth_expiring",
    "account.degraded",
    "message.urgent", "message.deferred", "message.left", "message.returned", "message.released", "message.snoozed",
    "message.settled", "message.answered",
    "message.gone", "message.forwarded", "message.unreadable",
    "reply.scheduled", "reply.joined", "reply.sent", "reply.drafted", "reply.suppressed", "reply.cancelled",
    "reply.retrying", "reply.held", "reply.failed", "reply.in_doubt", "reply.opted_out",
    "reply.muted",
    "promise.made", "promise.moved", "promise.warned", "promise.kept", "promise.overdue", "promise.slipped",
    "promise.settled",
    "pass.spent", "pass.exhausted", "pass.refunded",
    "notify.sent", "notify.failed",
    "calendar.failed", "calendar.recovered",
    "digest.delivered", "agenda.delivered", "report.delivered",
    "log.foreign", "log.dropped",
]  # fmt: skip
"""Every event there is. `log.foreign`: a library's own warning; `log.dropped`: lines that a blocked sink cost."""

EVENTS: Final[tuple[str, ...]] = get_args(Event)

WORDS: Final[Mapping[str, str]] = {
    "service.started": "Started",
    "service.ready": "Ready",
    "service.stopping": "Stopping",
    "service.stopped": "Stopped",
    "service.paused": "Paused",
    "service.resumed": "Goes on after a pause",
    "config.loaded": "Configuration read",
    "config.reloaded": "Configuration read again",
    "config.rejected": "Configuration not accepted",
    "person.left_out": "Left out",
    "account.connected": "Connected",
    "account.idle": "Waiting for new mail",
    "account.disconnected": "Connection lost",
    "account.auth_failed": "Could not sign in",
    "account.auth_expiring": "The sign-in expires soon",
    "account.degraded": "Works only in part",
    "message.urgent": "Urgent",
    "message.deferred": "Put aside",
    "message.left": "Left alone",
    "message.returned": "Brought back",
    "message.released": "Taken back by hand",
    "message.snoozed": "Comes back at another time",
    "message.settled": "Dealt with",
    "message.answered": "Answered by hand",
    "message.gone": "Deleted by hand",
    "message.forwarded": "Passed on",
    "message.unreadable": "Could not be read, left in the inbox",
    "reply.scheduled": "Reply scheduled",
    "reply.joined": "Joined to the waiting reply",
    "reply.sent": "Reply sent",
    "reply.drafted": "Reply put into the drafts",
    "reply.suppressed": "No reply",
    "reply.cancelled": "Reply cancelled",
    "reply.retrying": "Reply not accepted yet, another attempt follows",
    "reply.held": "Reply held back",
    "reply.failed": "Reply failed",
    "reply.in_doubt": "It is not known whether the reply went out; it is not sent again",
    "reply.opted_out": "Wants no more replies",
    "reply.muted": "Its answers are taken for a machine's",
    "promise.made": "Promised",
    "promise.moved": "Promise moved",
    "promise.warned": "An answer falls due soon",
    "promise.kept": "Promise kept",
    "promise.overdue": "An answer is overdue",
    "promise.slipped": "The client is told that the answer will be later",
    "promise.settled": "Promise settled",
    "pass.spent": "A pass was spent",
    "pass.exhausted": "No pass is left",
    "pass.refunded": "A pass was given back",
    "notify.sent": "Notified",
    "notify.failed": "Could not notify",
    "calendar.failed": "A calendar cannot be read",
    "calendar.recovered": "The calendar is read again",
    "digest.delivered": "Digest delivered",
    "agenda.delivered": "Agenda delivered",
    "report.delivered": "Report delivered",
    "log.foreign": "A library says",
    "log.dropped": "Lines of the log were lost",
}
"""How each event is told; something new to say is a name above and its words here."""

USUAL_LEVEL: Final[Mapping[str, Level]] = {
    "config.rejected": "error",
    "person.left_out": "error",
    "account.disconnected": "warning",
    "account.auth_failed": "error",
    "account.auth_expiring": "warning",
    "account.degraded": "warning",
    "message.unreadable": "warning",
    "reply.retrying": "warning",
    "reply.held": "warning",
    "reply.muted": "warning",
    "reply.failed": "error",
    "reply.in_doubt": "error",
    "promise.overdue": "warning",
    "promise.slipped": "warning",
    "notify.failed": "warning",
    "calendar.failed": "warning",
    "log.foreign": "warning",
    "log.dropped": "warning",
}
"""The level of an event that is emitted without one; those that are not here are `info`."""


class Fields(TypedDict, total=False):
    """Every field there is with its meaning, in the order of a line. None: it does not apply, and is left out."""

    person: Annotated[str | None, "Whose mail: the label of the person's configuration file."]
    account: Annotated[str | None, "Which of the person's accounts: the name of its table."]
    mode: Annotated[
        str | None, "How far triaged goes there: observe decides and writes down, draft prepares, send sends."
    ]
    client: Annotated[str | None, "The client's label."]
    item: Annotated[int | None, "The number that `triaged explain` and `triaged release` take."]
    message_id: Annotated[str | None, "The Message-ID as written in the message, with angle brackets."]
    sender: Annotated[str | None, "The address in From."]
    subject: Annotated[str | None, "The subject as written; absent where log_subjects = false."]
    kind: Annotated[tuple[str, ...] | frozenset[str] | None, "What sort of message it is."]
    verdict: Annotated[str | None, "What was decided."]
    rule: Annotated[str | None, "The name of the rule that decided."]
    reason: Annotated[str | None, "One sentence: why, or what follows."]
    arrived: Annotated[datetime | None, "When the server received the message (INTERNALDATE)."]
    until: Annotated[datetime | None, "When it comes back, or how long it lasts."]
    promise: Annotated[datetime | None, "What the client is told: when an answer will come."]
    folder: Annotated[str | None, "Where the message lies after the event."]
    uid: Annotated[int | None, "Its UID in `folder` after the event."]
    from_folder: Annotated[str | None, "Where it lay before."]
    reply: Annotated[int | None, "The number that `triaged cancel` and `triaged send` take."]
    template: Annotated[str | None, "The label of the reply's table."]
    language: Annotated[str | None, "The language of the reply."]
    to: Annotated[str | None, "Who is written to, or which channel is notified."]
    no_reply: Annotated[str | None, "Why no reply goes: the first reason that applies."]
    send_at: Annotated[datetime | None, "When the reply is due."]
    passes_left: Annotated[int | None, "How many passes the client has left in this period."]
    by: Annotated[str | None, "Who did it: a person, a command, or the library that speaks."]
    error: Annotated[str | None, "What went wrong, in one line."]
    duration_ms: Annotated[float | None, "How long it took, in milliseconds."]


DECISIONS: Final[Mapping[str, str]] = {
    "message.urgent": "urgent",
    "message.deferred": "deferrable",
    "message.left": "left",
}
"""The event of each verdict."""

Form = Literal["text", "count", "number", "instant", "words"]
_FORMS: Final[Mapping[object, Form]] = {
    str | None: "text",
    int | None: "count",
    float | None: "number",
    datetime | None: "instant",
    tuple[str, ...] | frozenset[str] | None: "words",
}
_HINTS: Final = {name: get_args(hint) for name, hint in get_type_hints(Fields, include_extras=True).items()}
FIELDS: Final[Mapping[str, Form]] = {name: _FORMS[hint] for name, (hint, _) in _HINTS.items()}
"""Name and form of every field, in the order of a line."""

MEANINGS: Final[Mapping[str, str]] = {name: meaning for name, (_, meaning) in _HINTS.items()}

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "mode": ("observe", "draft", "send"),
    "verdict": ("urgent", "deferrable", "left"),
}
"""Fields whose texts come from a closed list."""
