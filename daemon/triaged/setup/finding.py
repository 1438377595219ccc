"""What a check-up finds: plain values, ready for a page or for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["ok", "note", "warning", "stop"]
"""ok: as it should be · note: good to know · warning: something works less well · stop: the job cannot be done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    level: Level
    found: str
    follows: str = ""  # what it means for the work, and what to do


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything that was found about one account."""

    account: str
    login: str
    findings: tuple[Finding, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)  # for machines: capabilities, milliseconds, dates

    @property
    def works(self) -> bool:
        """Whether nothing stops the job."""
        return all(finding.level != "stop" for finding in self.findings)
