"""The JSON Schema of one line of the log: `python -m triaged.log.schema` prints what is in `config/events.schema.json`.

In: the lists of `triaged.log.events`. Out: a schema (draft 2020-12). It never accepts a field that is not on the lists.
"""

import json
from typing import Any, Final

from triaged.log.events import CHOICES, EVENTS, FIELDS, LEVELS, LONGEST_TEXT, Form

_INSTANT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)$"
_UTC: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$"

_MEANINGS: Final = {
    "person": "Whose mail: the label of the person's configuration file.",
    "account": "Which of the person's accounts: the name of its table.",
    "mode": "How far triaged goes there: observe decides and writes down, draft prepares, send sends.",
    "client": "The client's label.",
    "item": "The number that `triaged explain` and `triaged release` take.",
    "message_id": "The Message-ID as written in the message, with angle brackets.",
    "sender": "The address in From.",
    "subject": "The subject as written; absent where log_subjects = false.",
    "kind": "What sort of message it is.",
    "verdict": "What was decided.",
    "rule": "The name of the rule that decided.",
    "reason": "One sentence: why, or what follows.",
    "arrived": "When the server received the message (INTERNALDATE).",
    "until": "When it comes back.",
    "promise": "What the client is told: when an answer will come.",
    "folder": "Where the message lies after the event.",
    "uid": "Its UID in `folder` after the event.",
    "from_folder": "Where it lay before.",
    "reply": "The number that `triaged cancel` and `triaged send` take.",
    "template": "The label of the reply's table.",
    "language": "The language of the reply.",
    "to": "Who is written to, or which channel is notified.",
    "no_reply": "Why no reply goes: the first reason that applies.",
    "send_at": "When the reply is due.",
    "passes_left": "How many passes the client has left in this period.",
    "by": "Who did it: a person, a command, or the library that speaks.",
    "error": "What went wrong, in one line.",
    "duration_ms": "How long it took, in milliseconds.",
}


def _shape(name: str, form: Form) -> dict[str, Any]:
    match form:
        case "text" if name in CHOICES:
            return {"enum": list(CHOICES[name])}
        case "text":
            return {"type": "string", "maxLength": LONGEST_TEXT}
        case "count":
            return {"type": "integer", "minimum": 0}
        case "number":
            return {"type": "number", "minimum": 0}
        case "instant":
            return {"type": "string", "format": "date-time", "pattern": _INSTANT}
        case "words":
            return {"type": "array", "items": {"type": "string", "maxLength": LONGEST_TEXT}, "uniqueItems": True}


def schema() -> dict[str, Any]:
    """The schema as a value, ready for `json.dumps`."""
    head = {
        "timestamp": {
            "description": "When it was said, UTC.",
            "type": "string",
            "format": "date-time",
            "pattern": _UTC,
        },
        "level": {"enum": list(LEVELS)},
        "event": {"description": "What happened.", "enum": list(EVENTS)},
    }
    fields = {name: {"description": _MEANINGS[name], **_shape(name, form)} for name, form in FIELDS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of triaged's log",
        "type": "object",
        "properties": head | fields,
        "required": list(head),
        "additionalProperties": False,
    }


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201 — printing is all this module does when it is run
