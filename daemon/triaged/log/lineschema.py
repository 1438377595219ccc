"""The JSON Schema of one line of the log: `python -m triaged.log.lineschema` prints what is in `config/events.schema.json`.

In: the lists of `triaged.log.vocabulary`. Out: a schema (draft 2020-12). It never accepts a field that is not on the lists.
"""

import json
from typing import Any, Final

from triaged.log.events import LONGEST_TEXT
from triaged.log.vocabulary import CHOICES, EVENTS, FIELDS, LEVELS, MEANINGS, Form

_INSTANT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)$"
_UTC: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$"


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
    fields = {name: {"description": MEANINGS[name], **_shape(name, form)} for name, form in FIELDS.items()}
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
