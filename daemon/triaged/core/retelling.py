"""The rules of a decision, told again from the top: what was looked at is remembered, the rest follows from the rules.

Goes in: the rules then in force as the ledger keeps them, the client, and the lines that were kept with the decision.
Comes out: a line for every rule down to the one that decided. A rule that was not looked at is about other clients, or
has words none of which occurred (`triaged.core.ruleindex`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.clients import Client
from triaged.core.conditions import parse_when, ruled_out
from triaged.core.rules import TraceLine

_NOWHERE = ZoneInfo("UTC")
_LEFT_OUT = "it is about other clients, or none of its words occurs"


def retold(body: str | None, client: str | None, kept: Sequence[TraceLine]) -> tuple[TraceLine, ...]:
    """Every rule down to the one that decided. `body` None: those rules are forgotten, only what was kept can be told."""
    if body is None:
        return tuple(kept)
    rules = json.loads(body)
    looked_at = {line.rule: line for line in kept}
    whose = _client(rules, client)
    lines: list[TraceLine] = []
    for rule in rules.get("rule", []):
        name = str(rule.get("name"))
        line = looked_at.get(name) or TraceLine(name, matched=False, because=_why(rule, whose))
        lines.append(line)
        if line.matched:
            break
    return tuple(lines)


def _client(rules: Mapping[str, Any], label: str | None) -> Client | None:
    if label is None:
        return None
    tier = rules.get("client", {}).get(label, {}).get("tier")
    return Client(label, label, (), _NOWHERE, tier=tier)


def _why(rule: Mapping[str, Any], client: Client | None) -> str:
    condition = parse_when(rule.get("when", {}))
    return _LEFT_OUT if isinstance(condition, list) else ruled_out(condition, client)
