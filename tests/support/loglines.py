"""Events as tests see them: captured, and each line held against the published schema."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from triaged.log.events import Events, Threshold

ROOT = Path(__file__).resolve().parents[2]


@cache
def line_validator() -> Draft202012Validator:
    """The published schema of one line, ready to judge."""
    schema = json.loads((ROOT / "config" / "events.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


class LogLines:
    """Events for the code under test, and the lines that they made."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.lines: list[dict[str, Any]] = []
        self.threshold = Threshold("debug")
        self.events = Events(self._keep, threshold=self.threshold, **({"now": now} if now else {}))

    def _keep(self, line: dict[str, Any]) -> None:
        line_validator().validate(line)
        self.lines.append(line)

    def names(self) -> list[str]:
        """The events' names, in order."""
        return [line["event"] for line in self.lines]

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines if line["event"] == event]

    def one(self, event: str) -> dict[str, Any]:
        """The only line of that event."""
        (line,) = self.of(event)
        return line

    def read(self, text: str) -> list[dict[str, Any]]:
        """What a daemon wrote to its standard output, each line valid; they are kept like the others."""
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        for line in lines:
            self._keep(line)
        return lines
