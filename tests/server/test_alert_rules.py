"""The shipped alert rules, judged by Prometheus' own tool: each fires on what it is for, the first time too."""

import re

import pytest

from server.promtool import checked, played
from support.loglines import ROOT

pytestmark = pytest.mark.server
RULES = ROOT / "systemd" / "monitoring" / "alerts.yml"
PLAYS = ROOT / "tests" / "server" / "alerts.test.yml"


def test_prometheus_reads_the_rules():
    said = checked(RULES)
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_alert_fires_on_what_it_is_for_and_is_silent_beside_it():
    said = played(PLAYS)
    assert said.returncode == 0, said.stdout + said.stderr


def test_no_alert_is_shipped_without_a_play():
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    assert alerts == set(re.findall(r"Triaged\w+", PLAYS.read_text()))
