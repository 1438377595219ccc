"""A command as the service's unit would run it: its user, its credentials, its sandbox, its view of the machine.

In: the unit's name and the words of a command. Out: what it printed, and its exit code. The unit's own [Service] lines are taken for a
unit that lives as long as the command; nothing of the service itself is touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from triaged.cli.common import Failed

UNIT = "triaged.service"
_OF_THE_DAEMON = (
    "Exec", "Type", "NotifyAccess", "Restart", "Watchdog", "Timeout", "Standard", "PIDFile", "RemainAfterExit", "KillMode",
    "StartLimit", "OOMPolicy", "SuccessExitStatus",
)  # fmt: skip
"""Keys, by their beginning, that say how the daemon lives; all others say what it sees and may do."""


def run_as(unit: str, words: Sequence[str]) -> int:
    """Run `triaged WORDS…` as that unit would, and print what it says.

    Raises:
        Failed: there is no such unit, or nobody may start one.
    """
    if os.geteuid() != 0:
        raise Failed("only root can run something as a service: sudo triaged doctor --as-service")
    text = _systemctl("cat", "--", unit, fails=f"{unit}: there is no such unit; name yours: --as-service UNIT")
    instance = unit.partition("@")[2].removesuffix(".service")
    lines = [line.replace("%i", instance).replace("%I", instance) for line in service_lines(text)]
    program = next((line.partition("=")[2].split()[0] for line in reversed(lines) if line.startswith("ExecStart=")), "")
    if not program:
        raise Failed(f"{unit} starts nothing: it has no ExecStart")
    with tempfile.TemporaryDirectory(prefix="triaged-", dir="/run") as folder:
        said = Path(folder, "said")
        return _start(temporary(lines, (program.lstrip("-@:+!"), *words), said), said)


def service_lines(text: str) -> Iterator[str]:
    """The assignments of [Service] in a unit and what was laid over it, as `systemctl cat` prints them."""
    section, pending = "", ""
    for raw in text.splitlines():
        line = pending + raw.strip()
        pending = ""
        if line.endswith("\\"):
            pending = line[:-1] + " "
        elif line.startswith("["):
            section = line
        elif section == "[Service]" and line and line[0] not in "#;":
            yield line


def temporary(lines: Sequence[str], command: Sequence[str], said: Path) -> str:
    """The unit of one command."""
    kept = [line for line in lines if not line.startswith(_OF_THE_DAEMON)]
    words = " ".join(_quoted(word) for word in command)
    own = ["Type=oneshot", f"ExecStart={words}", f"StandardOutput=file:{said}", f"StandardError=append:{said}"]
    return "\n".join(["[Unit]", "Description=triaged, once", "[Service]", *kept, *own, ""])


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _start(unit: str, said: Path) -> int:
    name = f"triaged-once-{os.getpid()}.service"
    place = _unit_folder() / name
    place.write_text(unit, encoding="utf-8")
    try:
        _systemctl("daemon-reload")
        done = _run("start", name)
        status = _systemctl("show", "-P", "ExecMainStatus", name).strip()
        words = said.read_text(errors="replace") if said.exists() else ""
        sys.stdout.write(words)
        if done.returncode and not words:
            raise Failed(f"the unit could not be started: {' '.join(done.stderr.split())}")
        return int(status or 1) if done.returncode else 0
    finally:
        place.unlink(missing_ok=True)
        _run("reset-failed", name)
        _systemctl("daemon-reload")


def _unit_folder() -> Path:
    """Where units lie until the machine is started again, as the manager says it."""
    folders = _systemctl("show", "-P", "UnitPath").split()
    found = next((Path(one) for one in folders if one.startswith("/run/") and os.access(one, os.W_OK)), None)
    return found or Path("/run/systemd/system")


def _systemctl(*words: str, fails: str = "") -> str:
    done = _run(*words)
    if done.returncode:
        raise Failed(fails or f"systemctl {words[0]}: {' '.join(done.stderr.split())}")
    return done.stdout


def _run(*words: str) -> "subprocess.CompletedProcess[str]":
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        raise Failed("there is no systemd here")
    return subprocess.run([systemctl, *words], capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 — words of ours
