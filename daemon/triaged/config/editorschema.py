"""The JSON Schema of the configuration, for editors, from the very descriptions that the loader reads by.

It knows types, keys and closed lists of words; what needs our own reading (moments, time zones, what several keys
together must be like) is `triaged check`'s. Whatever the loader accepts, it accepts.
`python -m triaged.config.editorschema` prints it, as it stands in config/triaged.schema.json.
"""

import json
import sys
from typing import Any

from triaged.config.described import WHEN
from triaged.config.layout import SINGLE
from triaged.config.spec import Either, Flag, Key, Many, Raw, Spec, Table, Text, Whole

Json = dict[str, Any]


def json_schema() -> Json:
    """The schema of any file of ours. It demands no key: what a person's file lacks may stand in common.toml."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "triaged",
        "description": "Configuration of triaged; config/README.md is the reference.",
        **_of(SINGLE),
        "definitions": {"when": _of(WHEN)},
    }


def _of(spec: Spec) -> Json:  # noqa: PLR0911  # one return a sort of description
    match spec:
        case Text():
            return _text(spec)
        case Flag():
            return {"type": "boolean"}
        case Whole(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case Many():
            return _many(spec)
        case Table():
            return _table(spec)
        case Either(choices):
            return {"anyOf": [_of(choice) for choice in choices]}
        case Raw():
            return {"$ref": "#/definitions/when"}


def _text(spec: Text) -> Json:
    found: Json = {"type": "string"}
    if spec.words:
        found["enum"] = list(spec.words)
    elif spec.shape:
        found["pattern"] = spec.shape
    elif not spec.empty:
        found["minLength"] = 1
    if spec.example:
        found["examples"] = [spec.example]
    return found


def _many(spec: Many) -> Json:
    item = _of(spec.item)
    several: Json = {"type": "array", "items": item}
    if spec.least:
        several["minItems"] = spec.least
    return {"anyOf": [item, several]} if spec.alone else several


def _table(table: Table) -> Json:
    found: Json = {"type": "object", "properties": {name: _key(key) for name, key in table.keys.items()}}
    others = table.others
    if others is None:
        found["additionalProperties"] = False
    else:
        named = _of(others.spec) | {"description": others.about}
        if others.shape:
            found["patternProperties"] = {others.shape: named}
            found["additionalProperties"] = False
        else:
            found["additionalProperties"] = named
    if table.one_of:
        found["minProperties"] = found["maxProperties"] = 1
    return found


def _key(key: Key) -> Json:
    about = f"{key.about} (default: {key.default})" if key.default else key.about
    of_key = _of(key.spec)
    if "$ref" in of_key:  # draft 7 ignores whatever stands beside a $ref
        of_key = {"allOf": [of_key]}
    return {"description": about, **of_key} if about else of_key


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
