"""A Debian of its own, as `debootstrap` makes it, with a real systemd as its first process: packages are installed there.

The system itself is kept in a cache and stays as it is: an overlay in memory takes what is written. The network is the machine's.
"""

import shutil
from pathlib import Path

from server.enclosure import UNPACKED
from server.processes import missing, required_program
from server.systemd import Manager

SUITE = "bookworm"
_NEEDED = "python3,ca-certificates,systemd,tzdata"
_MINUTES = 20

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
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir={system},upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
for each in sys dev; do mount --rbind "/$each" "$each"; done
mount -t proc proc proc
for place in run tmp; do mount -t tmpfs -o mode=755 own $place; done
chmod 1777 tmp
cp /etc/resolv.conf /etc/hosts etc/
mkdir -p run/lab mnt packages
cp -a {shared}/units run/lab/units
for name in triaged.service triaged@.service; do ln -s "/usr/lib/systemd/system/$name" "run/lab/units/$name"; done
mount --bind {packages} packages
pivot_root . mnt
umount -l mnt
mount --make-rshared /
exec env container=lab SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/lab/units PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --system --unit=lab.target
"""


def system() -> Path:
    """The folder of a small Debian; made at the first time, which takes minutes."""
    import subprocess

    place = UNPACKED / SUITE
    if not place.is_dir():
        debootstrap = required_program("debootstrap", "debootstrap")
        scratch = place.with_name(f"{SUITE}.new")
        shutil.rmtree(scratch, ignore_errors=True)
        UNPACKED.mkdir(parents=True, exist_ok=True)
        words = (debootstrap, "--variant=minbase", f"--include={_NEEDED}", SUITE, str(scratch))
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60 * _MINUTES)
        if done.returncode:
            missing(f"debootstrap: {done.stdout[-300:]}{done.stderr[-300:]}")
        scratch.rename(place)
    return place


class Debian(Manager):
    """One such machine. `packages`: a folder of this machine that is seen there as /packages."""

    def __init__(self, packages: Path) -> None:
        self._packages = packages
        super().__init__(bare=True)
        script = _SCRIPT.format(name=self.folder.name, system=system(), shared=self.folder, packages=packages)
        (self.folder / "script").write_text(script)

    def apt(self, *words: str) -> str:
        """`apt-get …` without questions; what it said.

        Raises:
            AssertionError: it failed.
        """
        command = ("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get", "-y", "-q", *words)
        done = self.run(*command, seconds=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
