"""A server whose package wants fixed paths, or no other mail server beside it: a root of its own over this machine's.

In: the folder into which its packages were unpacked (`.ci/servers` does it). A private mount and pid namespace holds an
overlay: below this machine, above it the packages and whatever the server writes, in memory. The network is the machine's.
Nothing of it is left when the process ends.
"""

import os
import subprocess
from pathlib import Path

from server.processes import end, missing, own_folder, remove, required_program, until

UNPACKED = Path("/var/cache/triaged-tests")

_SCRIPT = """\
set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
cp -a "$2/." "$1/upper"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
for each in sys dev; do mount --rbind "/$each" "$1/root/$each"; done
mount -t proc proc "$1/root/proc"
exec chroot "$1/root" sh -ec "$3"
"""


class Enclosure:
    """`start` it with what runs in it; `run` more there; `close` it. `package`: the folder's name below UNPACKED."""

    def __init__(self, package: str, installed_by: str) -> None:
        if os.getuid() != 0:
            missing(f"{package} runs in a root of its own, which only root can make")
        if not (UNPACKED / package).is_dir():
            missing(f"{package} is not unpacked: .ci/servers does it, as root on Debian ({installed_by})")
        self._unshare = required_program("unshare", "util-linux")
        self._nsenter = required_program("nsenter", "util-linux")
        self._package = UNPACKED / package
        self._root = own_folder(package)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, script: str) -> None:
        """Run a shell script as root of the enclosure; its last command stays in the foreground."""
        namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
        command = [self._unshare, *namespaces, "sh", "-c", _SCRIPT, "sh", str(self._root), str(self._package), script]
        self._process = subprocess.Popen(command, start_new_session=True)

    def run(self, script: str, stdin: str = "") -> str:
        """Run a shell script beside it, and give what it printed.

        Raises:
            CalledProcessError: it failed.
        """
        pid = until(self._first, 10, "the enclosure's first process")
        command = [self._nsenter, "-t", pid, "-m", "-p", "chroot", str(self._root / "root"), "sh", "-ec", script]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30, check=True)
        return done.stdout

    def _first(self) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().strip()

    def close(self) -> None:
        """End everything in it at once."""
        if self._process is not None:
            end(self._process, gently=False)
            self._process = None
        remove(self._root)
