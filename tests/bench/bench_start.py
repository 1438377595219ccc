"""How long starting takes, beside Python itself: the help, and `check` of the shipped configuration.

Run alone: `python tests/bench/bench_start.py`. Seconds of the processor, the least of several runs, in units of a Python
that does nothing; and what is to be reached.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 7
LIMITS = {"--help": 8.0, "check": 45.0}
COMMANDS = {"--help": ["--help"], "check": ["check", "-c", str(ROOT / "config" / "triaged.toml")]}


def seconds(command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": home}
        return min(_once(command, environment) for _ in range(ROUNDS))


def _once(command: list[str], environment: dict[str, str]) -> float:
    before = _spent()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return _spent() - before


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    nothing = seconds([sys.executable, "-c", "pass"])
    sys.stdout.write(f"Python alone: {nothing * 1000:.0f} ms\n{'command':<8} {'ms':>6} {'times':>6} {'reach':>6}\n")
    reached = True
    for name, words in COMMANDS.items():
        taken = seconds([sys.executable, "-m", "triaged", *words])
        times = taken / nothing
        reached = reached and times <= LIMITS[name]
        sys.stdout.write(f"{name:<8} {taken * 1000:>6.0f} {times:>6.1f} {LIMITS[name]:>6.0f}\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
