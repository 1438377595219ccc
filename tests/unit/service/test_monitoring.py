"""The dashboard and the alert rules ask for metrics that exist and events that happen."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from support.loglines import ROOT
from triaged.log.events import Events
from triaged.log.vocabulary import EVENTS
from triaged.service.healthserver import FIGURES, AccountState, DaemonState
from triaged.service.metrics import exporter

MONITORING = ROOT / "systemd" / "monitoring"
NOON = datetime(2026, 11, 24, tzinfo=UTC)


def known() -> set[str]:
    """Names of everything that /metrics can show."""
    account = AccountState("p", "a", "send", "watching", figures=dict.fromkeys(FIGURES, 0))
    account = replace(account, since=NOON, proven_alive=NOON, last_message=NOON)
    events = Events(lambda _line: None)
    events.bind(person="p", account="a").emit("message.urgent", client="c", duration_ms=1)
    render = exporter(events.counts)
    assert render is not None
    text = render(DaemonState(NOON, ready=True, accounts=(account,))).decode()
    return set(re.findall(r"^(\w+)[{ ]", text, re.MULTILINE))


def expressions() -> list[str]:
    board = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked += re.findall(r"^ +expr: (.+)$", (MONITORING / "alerts.yml").read_text(), re.MULTILINE)
    return asked


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_asks_for_what_there_is(expression: str):
    names = set(re.findall(r"\b(?:triaged|process)_\w+", expression)) or {"up"}
    assert names <= known() | {"up"}
    for pattern in re.findall(r'event=~?"([^"]+)"', expression):
        wanted = re.compile(pattern)
        named = re.findall(r"\w+", pattern.partition("(")[2]) or [""]
        assert len([event for event in EVENTS if wanted.fullmatch(event)]) == len(named)


def test_the_panels_do_not_overlap():
    board = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not cells & taken
        taken |= cells
        assert at["x"] + at["w"] <= 24
