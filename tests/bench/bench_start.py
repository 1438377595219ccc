"""How long starting takes, beside what no start can be without: Python itself, and the libraries that are needed.

The help, `check` of the shipped configuration of the consultant, and a daemon that is ready although no server answers.
Processor seconds (user and system), since other work may share the machine: the median of several runs, in turn; what is to
be reached is told in units of a Python that does nothing, which such work slows down likewise.

    python tests/bench/bench_start.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from daemons import daemon
from kit import Table, timed

ROOT = Path(__file__).parents[2]
ROUNDS = 7
LIMITS = {"--help": 150, "check": 400, "ready": 600}
"""Milliseconds to be reached on two cores with nothing else to do."""
PYTHON = 9
"""Milliseconds of a Python that does nothing, on such a machine."""
LIBRARIES = "argparse, asyncio, babel.dates, dataclasses, holidays, jinja2, phonenumbers, re2, tomli, zoneinfo"
SERVERS = f"{LIBRARIES}, aiosmtplib, imapclient, sqlite3, structlog"
_AWAY = 'host = "127.0.0.1", port = 9, tls = "none", user = "mara", password = "none"'


def _python(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True)


def _unreachable(folder: Path) -> Path:
    """The consultant's configuration with servers that do not answer."""
    lines = (ROOT / "config" / "consultant.toml").read_text("utf-8").splitlines()
    moved = [f"{line.split()[0]} = {{ {_AWAY} }}" if line.startswith(("imap =", "smtp =")) else line for line in lines]
    config = folder / "mara.toml"
    config.write_text(
        "\n".join([f'[service]\nlog = "json"\nstate = "sqlite:{folder}/state/triaged.db"', *moved]), "utf-8"
    )
    config.chmod(0o600)
    return config


def _ready(folder: Path) -> Callable[[], object]:
    config = _unreachable(folder)

    def start() -> None:
        with daemon(config, folder / "log") as running:
            running.until(1, "service.ready", look_every=0.01)  # to look is work, too, and counted

    return start


def main() -> int:
    """Run all of it in turn; print seconds of the processor and of the wall."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_STATE_HOME": home}
        works = {
            "Python": _python("-c", "pass"),
            "libraries of check": _python("-c", f"import {LIBRARIES}"),
            "libraries of the daemon": _python("-c", f"import {SERVERS}"),
            "--help": _python("-m", "triaged", "--help"),
            "check": _python("-m", "triaged", "check", "-c", str(ROOT / "config" / "consultant.toml")),
            "ready": _ready(Path(home)),
        }
        taken = {name: [timed(work) for _ in range(1)] for name, work in works.items()}  # once, to have files in memory
        for _ in range(rounds):
            for name, work in works.items():
                taken[name].append(timed(work))
    table = Table(f"Starting: median of {rounds}")
    nothing = statistics.median(one.cpu for one in taken["Python"][1:])
    for name, runs in taken.items():
        wall, cpu = (statistics.median(getattr(one, which) for one in runs[1:]) for which in ("wall", "cpu"))
        limit = LIMITS[name] / PYTHON if name in LIMITS else None
        reached = limit is None or cpu / nothing <= limit
        figure = f"CPU {cpu * 1000:.0f} ms, {cpu / nothing:.0f}x; wall {wall * 1000:.0f} ms"
        table.row(name, figure, f"<= {limit:.0f}x" if limit else "", reached=reached)
    return table.code


if __name__ == "__main__":
    sys.exit(main())
