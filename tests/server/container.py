"""An image built from the Containerfile, and run from its own words: user, environment, entry point, health check, volumes.

Podman builds it, and lays it out; it is run by hand, in namespaces of its own on a root that can only be read, without any
capability: runtimes like crun refuse to work inside most other sandboxes (hybrid cgroups, limits that may not be set).
"""

import contextlib
import json
import os
import shlex
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.debian import SUITE, system
from server.processes import end, missing, own_folder, remove, required_program, until
from support.loglines import ROOT

_BASE, _IMAGE = "localhost/triaged-test-base", "localhost/triaged-test"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_MINUTES = 15

_SCRIPT = """\
set -e
mount --make-rprivate /
mount --bind {root} {root}
mount --bind {folder}/state {root}/var/lib/triaged
mount --bind -o ro {folder}/config {root}/etc/triaged
mount -t tmpfs -o mode=755 own {root}/run
mkdir {root}/run/secrets
mount --bind -o ro {folder}/secrets {root}/run/secrets
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -o remount,bind,ro {root}
exec {command}
"""


class Image:
    """Built when it is made; `close` forgets it."""

    def __init__(self) -> None:
        self._podman = required_program("podman", "podman")
        if os.getuid() != 0:
            pytest.skip("an image is built and laid out by root")
        if not self._run("image", "exists", _BASE, check=False):
            tar = f"tar -C {shlex.quote(str(system()))} -c . | {self._podman} import -q - {_BASE}:{SUITE}"
            subprocess.run(["sh", "-c", tar], check=True, capture_output=True, timeout=60 * _MINUTES)
        words = [
            "build",
            "--isolation",
            "chroot",
            "--network",
            "host",
            "--layers=false",
            "--format",
            "docker",
            "-q",
            "-t",
            _IMAGE,
        ]
        words += ["-f", str(ROOT / "Containerfile"), "--build-arg", f"BASE={_BASE}:{SUITE}"]
        if _CERTIFICATES.exists():  # of whoever looks into what we fetch
            words += ["-v", f"{_CERTIFICATES}:/mnt/certificates:ro", "--build-arg", "PIP_CERT=/mnt/certificates"]
        self._run(*words, str(ROOT))
        (told,) = json.loads(self._run("image", "inspect", _IMAGE))
        self.configured: dict[str, Any] = {"Healthcheck": told.get("Healthcheck"), **told["Config"]}
        self._laid_out = self._run("create", _IMAGE).strip()
        self.root = Path(self._run("mount", self._laid_out).strip())

    def close(self) -> None:
        """Take it away; the base is kept."""
        for words in (("umount", self._laid_out), ("rm", "-f", self._laid_out), ("rmi", "-f", _IMAGE)):
            self._run(*words, check=False)

    def _run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            [self._podman, *words], capture_output=True, text=True, timeout=60 * _MINUTES, check=False
        )
        if done.returncode and check:
            missing(f"podman {words[0]}: {done.stderr[-600:]}")
        return "" if done.returncode else done.stdout or "yes"


class Container:
    """What an image's entry point does, with a volume and a configuration. `start` it, `run` more there, `stop` it, `close` it."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self.folder = own_folder("container")
        self.folder.chmod(0o755)
        for name in ("state", "config", "secrets"):
            (self.folder / name).mkdir(mode=0o755)
        user, _, group = image.configured["User"].partition(":")
        os.chown(self.folder / "state", int(user), int(group))  # a new volume has the owner of the folder in the image
        (self.folder / "state").chmod(0o700)
        self._user, self._group = user, group
        self._process: subprocess.Popen[bytes] | None = None

    def _as_user(self, words: Sequence[str]) -> list[str]:
        drop = ["--reuid", self._user, "--regid", self._group, "--clear-groups", "--no-new-privs"]
        bare = ["--bounding-set=-all", "--inh-caps=-all"]
        return ["setpriv", *drop, *bare, "env", "-i", *self._image.configured["Env"], *words]

    def start(self) -> None:
        """As the image says."""
        configured = self._image.configured
        command = ["chroot", str(self._image.root), *self._as_user([*configured["Entrypoint"], *configured["Cmd"]])]
        script = _SCRIPT.format(root=self._image.root, folder=self.folder, command=shlex.join(command))
        space = ("--mount", "--pid", "--ipc", "--fork", "--kill-child")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["unshare", *space, "sh", "-c", script], stdout=log, stderr=log, start_new_session=True
            )
        until(self._pid, 30, "it runs")

    def _pid(self) -> int:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0]) if children and b"triaged" in Path(f"/proc/{children[0]}/cmdline").read_bytes() else 0

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, as `docker exec`."""
        inside = ["nsenter", "-t", str(self._pid()), "-m", "-p", "-i", "-r", "-w", *self._as_user(words)]
        return subprocess.run(inside, check=False, capture_output=True, text=True, timeout=60)

    def healthy(self) -> bool:
        """What the image's own health check says."""
        how, *words = self._image.configured["Healthcheck"]["Test"]
        assert how == "CMD"
        return self.run(*words).returncode == 0

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, from outside: its first process is deaf to some from inside."""
        os.kill(self._pid(), number)

    def stop(self) -> int:
        """By the image's signal; its exit code."""
        assert self._process is not None
        self.signal(signal.Signals[self._image.configured["StopSignal"]])
        return self._process.wait(60)

    def log(self) -> str:
        """What it has said."""
        return (self.folder / "log").read_text(errors="replace")

    def close(self) -> None:
        """End it; its folders go."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                end(self._process)
        remove(self.folder)
