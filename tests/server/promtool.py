"""Prometheus' own judge of rules: what an alert does with series over time."""

import subprocess
from pathlib import Path

from server.processes import required_program


def checked(rules: Path) -> subprocess.CompletedProcess[str]:
    """`promtool check rules`."""
    return _run("check", "rules", str(rules))


def played(tests: Path) -> subprocess.CompletedProcess[str]:
    """`promtool test rules`."""
    return _run("test", "rules", str(tests))


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    promtool = required_program("promtool", "prometheus")
    return subprocess.run([promtool, *words], capture_output=True, text=True, timeout=60, check=False)
