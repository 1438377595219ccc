"""A Prometheus on loopback that scrapes one daemon each second and judges the shipped rules as often."""

import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from server.processes import end, free_port, required_program, until

_CONFIG = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: triaged
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """Runs from the start on; `close` ends it."""

    def __init__(self, folder: Path, rules: Path, target: str) -> None:
        program = required_program("prometheus", "prometheus")
        self._url = f"http://127.0.0.1:{(port := free_port())}/api/v1/"
        config = folder / "prometheus.yml"
        config.write_text(_CONFIG.format(rules=rules, target=target))
        words = [
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'series'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with (folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen([program, *words], stdout=log, stderr=log)
        until(self._answers, 60, "Prometheus answers")

    def close(self) -> None:
        """End it."""
        end(self._process)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("status/runtimeinfo"))
        except OSError:
            return False

    def ask(self, what: str, **given: str) -> Any:
        """What its HTTP API says; it must be a success."""
        with urllib.request.urlopen(f"{self._url}{what}?{urllib.parse.urlencode(given)}", timeout=10) as answer:
            told = json.load(answer)
        assert told["status"] == "success", told
        return told["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now."""
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found

    def rules(self) -> dict[str, dict[str, Any]]:
        """Each alert by name, with its `health` and `state`."""
        return {rule["name"]: rule for group in self.ask("rules")["groups"] for rule in group["rules"]}
