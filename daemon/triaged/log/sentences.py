"""One human sentence for a line of the log: the journal's MESSAGE, the console's text, the table of `triaged log`.

In: a line as a dict. Out: text without line breaks. It says only what stands in the line.
"""

from collections.abc import Mapping
from typing import Any, Final

from triaged.log.vocabulary import DECISIONS, WORDS

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
_NO_NEWS: Final = frozenset({"rule", "joined"})
"""That a rule asks for no reply, or that another one serves for this message, is told by the rule and by that reply."""

_ACTS: Final = frozenset({"message.urgent", "message.deferred", "message.returned", "reply.scheduled", "reply.joined"})
"""What is only decided where `mode` is observe, though its words say that it is done."""


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
    if line.get("mode") == "observe" and event in _ACTS:
        text += " (only observed)"
    no_reply = line.get("no_reply")
    silent = event in DECISIONS and no_reply and no_reply != "joined"  # then nobody is told what the rule would promise
    for name, phrase in _DETAILS:
        value = line.get(name)
        if not value or (silent and name == "promise"):
            continue
        told = phrase.format(short(value) if name in ("until", "promise", "send_at") else value)
        said = name == "promise" and event.startswith("promise.")  # the event's own words say it
        text += told.replace(", promised", "") if said else told
    causes = [str(line[name]) for name in ("reason", "error") if line.get(name)]
    if event in DECISIONS and line.get("rule"):
        causes.insert(0, f"“{line['rule']}”")
    return ": ".join([text, *causes]) + (f" (no reply: {no_reply})" if no_reply and no_reply not in _NO_NEWS else "")
