"""README's "Run it as a service", followed word for word inside a real systemd: and the service that it ends with.

TRIAGED_TORTURE=1 troubles that service for as long as it is meant to last: 50 reloads, 20 restarts of the mail server.
"""

import collections
import email.policy
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from scenarios.stage import letter
from server.certificates import Authority
from server.dovecot import Dovecot, Variant
from server.postfix import Postfix, Routes
from server.processes import HOST, end, free_port, until
from server.sink import Sink
from server.systemd import ROOT, Manager, running

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(1800)]

TORTURE = os.environ.get("TRIAGED_TORTURE") == "1"
RELOADS, RESTARTS = (50, 20) if TORTURE else (5, 3)

SOURCE, WHEELS = "/var/lib/source", "/mnt/shared/wheels"
TREE = ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "daemon", "config", "systemd")
SERVICE = '[service]\nlisten = "{}:{}"\n'
CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
reply_fuse = "1000 per hour"
imap = {{ host = "{host}", port = {imap}, user = "{user}", password = "{password}", tls = "none" }}
smtp = {{ host = "{host}", port = {smtp}, tls = "starttls", trust_ca = "ca.pem" }}
[client.harbor]
from = ["*@harbor.example"]
[reply.soon]
send = "in 1s"
text = "I have your message. Can it wait until {{{{ promise | when }}}}?"
[[rule]]
name = "{rule}"
then = "defer"
until = "in 3 days"
promise = "2 business days"
reply = "soon"
"""
# The unit's own times are for mail servers far away and for nights without anybody.
QUICK = "[Service]\nWatchdogSec=3s\nTimeoutAbortSec=1s\nRestartSec=100ms\nStartLimitBurst=100\n"


def commands() -> list[str]:
    """What the section tells to type."""
    section = re.search(
        r"^## Run it as a service\n(.*?)^## ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert section is not None
    block = re.search(r"^```sh\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1].splitlines()


def python() -> str:
    """The folder of a python3 that a service may see, of the version that the wheels were fetched for."""
    hidden = sys.base_prefix.startswith(("/root", "/home", "/opt", "/tmp"))
    folder = Path("/usr/bin" if hidden else f"{sys.base_prefix}/bin")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not (folder / f"python{version}").exists():
        pytest.skip(f"a service would not see the interpreter of these tests, and there is no {folder}/python{version}")
    return str(folder)


def fetch_wheels(folder: Path) -> None:
    """What pip will need, fetched beforehand: inside there is no network to count on."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), "-c", str(ROOT / ".ci/constraints.txt")]
    said = subprocess.run(
        [*pip, ".[notify,metrics,demo]", "hatchling>=1.27"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if said.returncode != 0 and os.environ.get("TRIAGED_REQUIRE_SERVERS") != "1":
        pytest.skip("the packages that triaged needs cannot be fetched")
    assert said.returncode == 0, said.stderr


@dataclass
class Service:
    """The service that the section ends with, and the servers around it."""

    manager: Manager
    dovecot: Dovecot
    postfix: Postfix
    sink: Sink
    user: str
    port: int
    mails: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def config(self, rule: str) -> str:
        return CONFIG.format(
            host=HOST, imap=self.dovecot.imap, user=self.user, password=self.dovecot.password,
            smtp=self.postfix.smtp, rule=rule,
        )  # fmt: skip

    def sh(self, command: str) -> str:
        """A line as root types it in the source tree."""
        environ = ("env", "-i", f"PATH={python()}:/usr/sbin:/usr/bin:/sbin:/bin", f"PIP_FIND_LINKS={WHEELS}")
        script = f"cd {SOURCE} && {command}"
        said = self.manager.run(*environ, "PIP_NO_INDEX=1", "HOME=/root", "sh", "-c", script, seconds=300)
        if said.returncode != 0:
            log = self.manager.run("journalctl", "-u", "triaged", "-o", "cat").stdout
            pytest.fail(f"{command}\n{said.stdout}{said.stderr}{log[-3000:]}")
        return said.stdout

    def write_from_a_client(self) -> str:
        """A mail of somebody at a client who has not written before."""
        number = next(self._numbers)
        sender, subject = f"person{number}@harbor.example", f"question {number}"
        raw = letter(
            sender, subject, "Can you ring me?", at=datetime.now(UTC), message_id=f"<{number}@harbor.example>",
            return_path="",
        )  # fmt: skip
        self.dovecot.deliver(self.user, raw)
        self.mails.append(sender)
        return subject

    def answered(self) -> collections.Counter[str]:
        return collections.Counter(recipient for one in self.sink.received for recipient in one.recipients)

    def all_answered(self) -> bool:
        return set(self.mails) <= set(self.answered())

    def subjects(self, folder: str) -> list[str]:
        found = self.dovecot.messages(self.user, folder)
        return sorted(str(message_from_bytes(one.raw, policy=email.policy.default)["Subject"]) for one in found)

    def ready(self) -> bool:
        """What `curl http://…/readyz` says."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/readyz", timeout=10) as answer:
                return bool(json.load(answer)["ready"])
        except (urllib.error.URLError, ConnectionError):
            return False

    def back(self) -> bool:
        """Whether it is healthy again; otherwise it is told not to wait before it signs in once more."""
        if not self.ready():
            self.sh("systemctl kill --signal=USR1 triaged")
        return self.ready()

    def restarts(self) -> int:
        return int(self.manager.show("triaged", "NRestarts")["NRestarts"])


@pytest.fixture(scope="module")
def service(authority: Authority) -> Iterator[Service]:
    """The commands of the section, one after the other; the last one only looks."""
    dovecot, sink = Dovecot(authority.valid(), Variant()), Sink()
    postfix = Postfix(dovecot, authority.valid(), Routes(others=sink))
    try:
        with running(bare=True) as manager:
            (manager.folder / "wheels").mkdir()
            fetch_wheels(manager.folder / "wheels")
            dovecot.start()
            sink.start()
            postfix.start()
            made = Service(manager, dovecot, postfix, sink, dovecot.new_user(), free_port())
            source = manager.path(SOURCE)
            source.mkdir()
            for name in TREE:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, source / name)
            (source / "dana.toml").write_text(made.config("Everything waits"))
            manager.write("/etc/triaged/ca.pem", authority.ca.read_text())
            manager.write("/etc/triaged/service.toml", SERVICE.format(HOST, made.port))
            for command in commands()[:-1]:
                made.sh(command)
            yield made
            made.sh("systemctl stop triaged")
    finally:
        postfix.close()
        sink.stop()
        dovecot.close()


def test_it_ends_with_a_running_and_healthy_service(service: Service):
    state = service.manager.show("triaged", "ActiveState", "StatusText", "UnitFileState")
    assert state == {
        "ActiveState": "active", "StatusText": "watching 1 of 1 account", "UnitFileState": "enabled",
    }  # fmt: skip
    assert service.ready()


def test_its_last_line_shows_the_log(service: Service):
    last = commands()[-1]
    assert last.startswith("journalctl")
    looking = subprocess.Popen(
        service.manager.inside(*last.split()), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert looking.stdout is not None
    try:
        assert any("Ready" in line for line in looking.stdout)
    finally:
        looking.stdout.close()
        end(looking)


def test_it_decides_and_answers(service: Service):
    subject = service.write_from_a_client()
    until(lambda: subject in service.subjects("Deferred"), 30, "it is put aside")
    until(lambda: service.answered()[service.mails[-1]], 60, "it is answered")
    assert subject not in service.subjects("INBOX")


def test_what_is_installed_needs_no_source_tree(service: Service):
    service.sh("/opt/triaged/bin/pip install -q 'triaged[demo]'")
    service.sh(f"mv {SOURCE} {SOURCE}.away && mkdir {SOURCE}")
    try:
        assert service.sh("/opt/triaged/bin/triaged --version").startswith("triaged ")
        assert "Deferred" in service.sh("/opt/triaged/bin/triaged demo")
        for shared in ("man/man1/triaged.1", "bash-completion/completions/triaged", "zsh/site-functions/_triaged"):
            assert "triaged" in service.sh(f"cat /opt/triaged/share/{shared}")
    finally:
        service.sh(f"rmdir {SOURCE} && mv {SOURCE}.away {SOURCE}")


@pytest.mark.skipif(not TORTURE, reason="a reply that met no server is tried again after minutes: TRIAGED_TORTURE=1")
def test_nothing_is_lost_or_answered_twice_by_reloads_restarts_and_a_stuck_loop(service: Service):
    service.manager.unit("triaged.service.d/quick.conf", QUICK)
    service.sh("systemctl restart triaged")
    for number in range(RELOADS):
        service.manager.path("/etc/triaged/dana.toml").write_text(service.config(f"Everything waits, edition {number}"))
        service.write_from_a_client()
        service.sh("systemctl reload triaged")
    for number in range(RESTARTS):
        service.write_from_a_client()
        service.dovecot.stop()
        until(lambda: not service.ready(), 30, "it notices")
        service.dovecot.start()
        service.write_from_a_client()
        until(service.back, 60, "it is connected again")
        if number == RESTARTS // 2:
            hang(service)
    aside = sorted(f"question {number}" for number in range(len(service.mails)))
    until(lambda: service.subjects("Deferred") == aside, 120, "every mail is put aside")
    # Postfix signs in by Dovecot: a reply that meets no server is tried again after minutes
    until(service.all_answered, 600 if TORTURE else 300, "every mail is answered")
    until(service.ready, 30, "it is healthy")
    assert service.subjects("INBOX") == []
    assert service.answered() == collections.Counter(service.mails)
    assert service.restarts() == 1


def hang(service: Service) -> None:
    """The whole process stands still, so its loop feeds no watchdog: it is ended and started again."""
    before = service.restarts()
    os.kill(service.manager.outside_pid(service.manager.show("triaged", "MainPID")["MainPID"]), signal.SIGSTOP)
    service.write_from_a_client()
    until(lambda: service.restarts() > before, 60, "the watchdog ends it")
    until(lambda: service.manager.show("triaged", "ActiveState")["ActiveState"] == "active", 60, "it comes back")
