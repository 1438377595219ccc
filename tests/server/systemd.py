"""A real systemd as the first process of namespaces of its own, with its own journal: units run as they will.

It sees this machine's programs; /run, /tmp, /etc, /opt and /var/lib are its own. The program under test lies in /opt.
Only the units that the test writes exist, so nothing of the machine is started or touched.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.processes import end, own_folder, remove, required_program, until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "/opt/triaged/bin/triaged"
_SYSTEMD = next((path for path in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if Path(path).exists()), "")
_UNITS = Path("/lib/systemd/system")

_SCRIPT = """\
set -e
cgroup() {{ # a corner of our own in each hierarchy that systemd manages
    [ -w "$1" ] || return 0
    mkdir -p "$1/{name}"
    echo $$ >"$1/{name}/cgroup.procs"
}}
mount --make-rprivate /
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then cgroup /sys/fs/cgroup; fi
if [ -d /sys/fs/cgroup/systemd ]; then cgroup /sys/fs/cgroup/systemd; fi
if [ -d /sys/fs/cgroup/unified ]; then cgroup /sys/fs/cgroup/unified; fi
mount -t tmpfs -o mode=755 own /mnt
mkdir /mnt/python /mnt/site /mnt/daemon /mnt/etc /mnt/shared
mount --bind {python} /mnt/python
mount --bind {site} /mnt/site
mount --bind {daemon} /mnt/daemon
mount --bind {shared} /mnt/shared
cp -a /etc/. /mnt/etc
rm -rf /mnt/etc/systemd/system
mkdir -p /mnt/etc/systemd/system
for place in /opt /run /tmp /var/lib /var/log; do mount -t tmpfs -o mode=755 own $place; done
chmod 1777 /tmp
mount --bind /mnt/etc /etc
mkdir -p /run/lab
{installation}cp -a /mnt/shared/units /run/lab/units
mount --make-rshared / # credentials are mounted elsewhere and propagate
exec env container=lab SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/lab/units {systemd} --system --unit=lab.target
"""

_INSTALLATION = """\
mkdir -p /opt/triaged/bin /opt/triaged/python /opt/triaged/site /opt/triaged/daemon
for what in python site daemon; do mount --bind /mnt/$what /opt/triaged/$what; done
cp /mnt/shared/triaged /opt/triaged/bin/triaged
chmod 755 /opt/triaged/bin/triaged
"""

_WRAPPER = """\
#!/bin/sh
export PYTHONPATH=/opt/triaged/daemon:/opt/triaged/site LD_LIBRARY_PATH=/opt/triaged/python/lib PYTHONDONTWRITEBYTECODE=1
exec /opt/triaged/python/bin/{python} -m triaged "$@"
"""

_LAB_TARGET = """\
[Unit]
DefaultDependencies=no
Requires=systemd-journald.service
"""
_EMPTY = "[Unit]\nDefaultDependencies=no\n"


class Manager:
    """One systemd. `start` it, write units and files, ask it, `close` it. `bare`: triaged is not installed there."""

    def __init__(self, *, bare: bool = False) -> None:
        self._bare = bare
        self._unshare = required_program("unshare", "util-linux")
        self._nsenter = required_program("nsenter", "util-linux")
        required_program("systemctl", "systemd")
        if os.getuid() != 0 or not _SYSTEMD:
            pytest.skip("a systemd of our own needs root and Debian's package systemd")
        self.folder = own_folder("systemd")
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._cursor = ""
        self._write()

    def start(self) -> None:
        """Bring it up; returns when its journal writes."""
        space = ("--fork", "--pid", "--mount", "--ipc", "--uts", "--mount-proc", "--kill-child")
        with (self.folder / "console").open("wb") as console:
            command = [self._unshare, *space, "sh", str(self.folder / "script")]
            self._process = subprocess.Popen(command, stdout=console, stderr=console, start_new_session=True)
        try:
            self._pid = until(self._child, 30, "systemd starts")
            until(
                lambda: self.systemctl("is-active", "systemd-journald.service").stdout == "active\n",
                20,
                "journald runs",
            )
        except TimeoutError as late:
            said = (self.folder / "console").read_text(errors="replace")
            self.close()
            raise TimeoutError(f"{late}: {said[-2000:]}") from late

    def close(self) -> None:
        """End it, everything it runs, and its folders."""
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)  # the first process of a namespace takes all others with it
        if self._process is not None:
            end(self._process)
        _remove_cgroups(self.folder.name)
        remove(self.folder)

    # -- asking and telling it ----------------------------------------------------------------------------------

    def run(self, *command: str, input: str | None = None, seconds: float = 60) -> subprocess.CompletedProcess[str]:  # noqa: A002 — as in subprocess
        """A command inside."""
        return subprocess.run(
            self.inside(*command), check=False, capture_output=True, text=True, timeout=seconds, input=input
        )

    def inside(self, *command: str) -> list[str]:
        """A command, as it is started from outside."""
        return [self._nsenter, "-t", str(self._pid), "-m", "-p", "-i", "-u", *command]

    def systemctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`systemctl …` inside."""
        return self.run("systemctl", *arguments)

    def show(self, unit: str, *properties: str) -> dict[str, str]:
        """Properties of a unit."""
        said = self.systemctl("show", unit, f"--property={','.join(properties)}").stdout
        return dict(line.split("=", 1) for line in said.splitlines())

    def journal(self, unit: str) -> list[dict[str, Any]]:
        """What the journal has of a unit since `forget`, as `journalctl -o json` says it."""
        since = (f"--after-cursor={self._cursor}",) if self._cursor else ()
        said = self.run("journalctl", "--no-pager", "-o", "json", "-u", unit, *since).stdout
        return [json.loads(line) for line in said.splitlines()]

    def forget(self) -> None:
        """What the journal holds by now is of no interest any more."""
        self.run("journalctl", "--sync")
        said = self.run("journalctl", "--no-pager", "-n", "1", "--show-cursor", "-q").stdout
        self._cursor = said.rpartition("-- cursor: ")[2].strip()

    def wait_for(self, unit: str, event: str, count: int = 1, seconds: float = 30) -> list[dict[str, Any]]:
        """The entries of an event, once there are so many."""

        def found() -> list[dict[str, Any]]:
            entries = [entry for entry in self.journal(unit) if entry.get("EVENT") == event]
            return entries if len(entries) >= count else []

        return until(found, seconds, f"{count} {event} in the journal of {unit}")

    def path(self, path: str) -> Path:
        """A path of its file system, from outside."""
        return Path(f"/proc/{self._pid}/root{path}")

    def write(self, path: str, text: str, mode: int = 0o644, group: str = "") -> None:
        """A file inside."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        if group:
            self.run("chgrp", group, path)

    def unit(self, name: str, text: str) -> None:
        """Write a unit, or a drop-in (`triaged.service.d/x.conf`), and let it be read."""
        self.write(f"/run/lab/units/{name}", text)
        self.systemctl("daemon-reload")

    def outside_pid(self, inside: str) -> int:
        """The pid that this machine knows a process of it by."""
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                namespaced = next((line.split()[1:] for line in text.splitlines() if line.startswith("NSpid:")), [])
                if len(namespaced) == 2 and namespaced[1] == inside and self._is_ours(status.parent):
                    return int(namespaced[0])
        raise LookupError(f"no process {inside} inside")

    def _is_ours(self, process: Path) -> bool:
        return (process / "ns/pid").readlink() == Path(f"/proc/{self._pid}/ns/pid").readlink()

    # -- making it ----------------------------------------------------------------------------------------------

    def _child(self) -> int:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        if self._process.poll() is not None:
            raise TimeoutError("it ended at once")
        return int(children[0]) if children and _runs_systemd(children[0]) else 0

    def _write(self) -> None:
        units = self.folder / "units"
        units.mkdir()
        for name in ("systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket"):
            shutil.copy(_UNITS / name, units / name)
        (units / "lab.target").write_text(_LAB_TARGET)
        for name in (
            "sysinit",
            "basic",
            "shutdown",
            "network-online",
            "nss-lookup",
            "time-sync",
            "sockets",
            "multi-user",
        ):
            (units / f"{name}.target").write_text(_EMPTY)
        python = f"python{sys.version_info.major}.{sys.version_info.minor}"
        (self.folder / "triaged").write_text(_WRAPPER.format(python=python))
        script = _SCRIPT.format(
            name=self.folder.name,
            python=sys.base_prefix,
            site=sysconfig.get_path("purelib"),
            daemon=ROOT / "daemon",
            installation="" if self._bare else _INSTALLATION,
            shared=self.folder,
            systemd=_SYSTEMD,
        )
        (self.folder / "script").write_text(script)


def _runs_systemd(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text() == "systemd\n"
    return False


def _remove_cgroups(name: str) -> None:
    for hierarchy in ("", "systemd", "unified"):
        top = Path("/sys/fs/cgroup") / hierarchy / name
        if not top.is_dir():
            continue
        for folder in sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
        with contextlib.suppress(OSError):
            top.rmdir()


@contextlib.contextmanager
def running(*, bare: bool = False) -> Iterator[Manager]:
    """A manager from start to close."""
    manager = Manager(bare=bare)
    try:
        manager.start()
        yield manager
    finally:
        manager.close()
