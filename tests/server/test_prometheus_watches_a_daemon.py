"""A real Prometheus and a real daemon: it is scraped, every rule can be judged, one fires, and each panel shows something."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.processes import free_port, until
from server.prometheus import Prometheus
from server.workplace import Workplace
from support.loglines import ROOT

pytestmark = pytest.mark.server
MONITORING = ROOT / "systemd" / "monitoring"
SECOND = """
[account.second]
addresses = ["d.roth@roth.example"]
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", user = "{user}", password = "not this one" }}
[service]
listen = "127.0.0.1:{listen}"
metrics_clients = true
"""


@pytest.fixture
def watched(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Prometheus]:
    """One account works, at the other the password is wrong."""
    place = Workplace(tmp_path)
    server = f'host = "127.0.0.1", port = {dovecot.imap}, tls = "none"'
    place.write(f'{{ {server}, user = "{user}", password = "{dovecot.password}" }}')
    listen = free_port()
    more = SECOND.format(port=dovecot.imap, user=dovecot.new_user(), listen=listen)
    place.config.write_text(place.config.read_text() + more)
    with place.daemon("service.ready"):
        letter = b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nMessage-ID: <1@x>\r\n\r\nWhen?\r\n"
        dovecot.deliver(user, letter, sender="gary@harbor.example")
        place.eventually("deferred", "--json", shows=["<1@x>"])
        prometheus = Prometheus(tmp_path, MONITORING / "alerts.yml", f"127.0.0.1:{listen}")
        try:
            until(lambda: prometheus.query('up{job="triaged"} == 1'), 60, "it has scraped the daemon")
            yield prometheus
        finally:
            prometheus.close()


def test_every_rule_can_be_judged_and_the_refused_password_fires_its_own(watched: Prometheus):
    until(lambda: {rule["health"] for rule in watched.rules().values()} == {"ok"}, 60, "all rules were judged")
    until(lambda: watched.rules()["TriagedSignInFailed"]["state"] == "firing", 60, "it fires the first time")
    alerts = watched.rules()
    assert [one["labels"]["account"] for one in alerts["TriagedSignInFailed"]["alerts"]] == ["second"]
    assert {name for name, rule in alerts.items() if rule["state"] == "firing"} == {"TriagedSignInFailed"}
    assert watched.query('triaged_account_up{account="work"} == 1')


def test_each_panel_of_the_dashboard_asks_for_series_that_are_there(watched: Prometheus):
    board = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(asked) > 10
    for expression in asked:
        watched.query(expression.replace("$person", ".*"))  # it can be read
        names = set(re.findall(r"\b(?:triaged|process)_\w+", expression))
        assert names
        for name in names:
            until(lambda name=name: watched.query(name), 30, f"{name} is there")
