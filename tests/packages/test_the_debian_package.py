"""The Debian package from installing to purging, on a Debian of its own under a real systemd: `make packages`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.debian import Debian
from server.dovecot import Dovecot
from server.processes import required_program, until
from support.loglines import ROOT

pytestmark = [pytest.mark.systemd, pytest.mark.server, pytest.mark.timeout(2400)]

CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
mode = "draft"
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = {port}, user = "{user}", password = {{ credential = "work-imap" }}, tls = "none" }}
authserv_id = "mx.roth.example"
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "Everything waits"
then = "defer"
until = "in 2h"
"""
LETTER = b"From: gary@harbor.example\r\nTo: dana@roth.example\r\nSubject: hi\r\nMessage-ID: <%d@harbor>\r\n\r\nx\r\n"
HANDED = "[Service]\nLoadCredential=work-imap:/etc/triaged/credentials/work-imap\n"
LATER = "99.0"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of the package: as it is built here, and a later one."""
    if os.environ.get("TRIAGED_PACKAGES") != "1":
        pytest.skip("packages are built and tried with `make packages` (some minutes, root, Debian)")
    dpkg = required_program("dpkg-deb", "dpkg")
    folder = tmp_path_factory.mktemp("packages")
    folder.chmod(0o755)
    built = subprocess.run([ROOT / "packaging" / "deb"], capture_output=True, text=True, check=True, cwd=ROOT)
    first = ROOT / built.stdout.strip().splitlines()[-1]
    shutil.copy(first, folder / "triaged.deb")
    subprocess.run([dpkg, "-R", first, folder / "later"], check=True)
    control = folder / "later" / "DEBIAN" / "control"
    lines = control.read_text().splitlines()
    control.write_text("".join(f"Version: {LATER}\n" if one.startswith("Version:") else one + "\n" for one in lines))
    subprocess.run(
        [dpkg, "--root-owner-group", "-Znone", "-b", folder / "later", folder / "later.deb"],
        check=True,
        capture_output=True,
    )
    shutil.rmtree(folder / "later")
    return folder


@pytest.fixture(scope="module")
def debian(packages: Path) -> Iterator[Debian]:
    machine = Debian(packages)
    try:
        machine.start()
        yield machine
    finally:
        machine.close()


def pid(machine: Debian) -> str:
    return machine.show("triaged", "MainPID")["MainPID"]


def test_from_installing_to_purging(debian: Debian, dovecot: Dovecot, user: str):
    debian.apt("update")
    debian.apt("install", "/packages/triaged.deb")
    # installed: the account, the folders, the manual page, the units, and nothing that runs
    assert debian.run("id", "-u", "triaged").returncode == 0
    assert debian.run("stat", "-c", "%a %U %G", "/etc/triaged").stdout == "750 root triaged\n"
    assert debian.run("triaged", "--version").stdout.startswith("triaged ")
    assert debian.run("test", "-s", "/usr/share/man/man1/triaged.1.gz").returncode == 0
    assert debian.systemctl("is-active", "triaged").stdout == "inactive\n"
    assert "ExecStart=/usr/bin/triaged run" in debian.systemctl("cat", "triaged").stdout

    # run: with a configuration it watches, and puts aside
    debian.write("/etc/triaged/dana.toml", CONFIG.format(port=dovecot.imap, user=user), 0o640, "triaged")
    debian.write("/etc/triaged/credentials/work-imap", dovecot.password + "\n", 0o600)
    debian.unit("triaged.service.d/more.conf", HANDED)
    assert debian.systemctl("enable", "--now", "triaged").returncode == 0, debian.journal("triaged")
    assert debian.show("triaged", "StatusText")["StatusText"] == "watching 1 of 1 account"
    dovecot.deliver(user, LETTER % 1)
    debian.wait_for("triaged", "message.deferred")
    before = pid(debian)

    # upgrade: what ran runs the new one, and knows what the old one knew
    debian.apt("install", "/packages/later.deb")
    assert debian.run("dpkg-query", "-W", "-f", "${Version}", "triaged").stdout == LATER
    until(lambda: pid(debian) not in ("0", before), 60, "the daemon is another process")
    until(lambda: debian.systemctl("is-active", "triaged").stdout == "active\n", 60, "it runs again")
    dovecot.deliver(user, LETTER % 2)
    debian.wait_for("triaged", "message.deferred", 2)

    # remove: nothing runs, it is told what stays, and what a person made is still there
    said = debian.apt("remove", "triaged")
    assert "what is put aside stays where it is" in said
    assert debian.systemctl("is-active", "triaged").stdout == "inactive\n"
    assert debian.run("which", "triaged").returncode != 0
    for kept in ("/etc/triaged/dana.toml", "/var/lib/triaged/triaged.db"):
        assert debian.run("test", "-s", kept).returncode == 0

    # purge: configuration, passwords and ledger go; the account keeps its number
    debian.apt("purge", "triaged")
    for gone in ("/etc/triaged", "/var/lib/triaged", "/usr/lib/triaged"):
        assert debian.run("test", "-e", gone).returncode != 0
    assert len(dovecot.messages(user, "Deferred")) == 2
