"""One human sentence for a line of the log: the journal's MESSAGE, the console's text, the table of `triaged log`.

In: a line as a dict. Out: text without line breaks. It says only what stands in the line.
"""

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "service.started": "Started",
    "service.ready": "Ready",
    "service.stopping": "Stopping",
    "service.stopped": "Stopped",
    "config.loaded": "Configuration read",
    "config.reloaded": "Configuration read again",
    "config.rejected": "Configuration not accepted",
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
    "digest.delivered": "Digest delivered",
    "agenda.delivered": "Agenda delivered",
    "report.delivered": "Report delivered",
    "log.foreign": "A library says",
    "log.dropped": "Lines of the log were lost",
}
"""How each event is told."""

_DETAILS: Final = (
    ("until", " until {}"),
    ("send_at", ", due {}"),
    ("promise", ", promised for {}"),
    ("to", " to {}"),
    ("sender", " from {}"),
    ("client", " ({})"),
    ("folder", " in {}"),
    ("subject", " “{}”"),
)
_DECIDED: Final = frozenset({"message.urgent", "message.deferred", "message.left"})
"""Events that carry a verdict: the rule that made it belongs to the reason."""
_NO_NEWS: Final = frozenset({"rule", "joined"})
"""That a rule asks for no reply, or that another one serves for this message, is told by the rule and by that reply."""


def short(instant: str) -> str:
    """An instant of a line as people read it: date, hour and minute, in the zone it is written in."""
    return instant[:16].replace("T", " ")


def sentence(line: Mapping[str, Any]) -> str:
    """The sentence of a line.

    >>> sentence({"event": "message.deferred", "until": "2026-11-27T09:00:00+01:00", "client": "harbor"})
    'Put aside until 2026-11-27 09:00 (harbor)'
    """
    event = line["event"]
    text = WORDS.get(event, event)
    no_reply = line.get("no_reply")
    silent = event in _DECIDED and no_reply and no_reply != "joined"  # then nobody is told what the rule would promise
    for name, phrase in _DETAILS:
        value = line.get(name)
        if not value or (silent and name == "promise"):
            continue
        told = phrase.format(short(value) if name in ("until", "promise", "send_at") else value)
        said = name == "promise" and event.startswith("promise.")  # the event's own words say it
        text += told.replace(", promised", "") if said else told
    causes = [str(line[name]) for name in ("reason", "error") if line.get(name)]
    if event in _DECIDED and line.get("rule"):
        causes.insert(0, f"“{line['rule']}”")
    return ": ".join([text, *causes]) + (f" (no reply: {no_reply})" if no_reply and no_reply not in _NO_NEWS else "")
