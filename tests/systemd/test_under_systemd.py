"""The units as systemd itself sees them, and the daemon under a real one."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.processes import required_program, until
from server.systemd import PROGRAM, ROOT, Manager, running
from support.loglines import line_validator
from triaged.log.journal import line_of
from triaged.service.units import Installation, Kind, unit

pytestmark = pytest.mark.systemd

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
QUICK = "[Service]\nRestartSec=100ms\nLoadCredential=work-imap:/etc/triaged/credentials/work-imap\n"


@pytest.fixture(scope="module")
def machine() -> Iterator[Manager]:
    with running() as manager:
        for tool, file in (("sysusers", "sysusers.d"), ("tmpfiles", "tmpfiles.d")):
            text = (ROOT / "systemd" / file / "triaged.conf").read_text()
            options = ("--create",) if tool == "tmpfiles" else ()
            assert manager.run(f"systemd-{tool}", *options, "-", input=text).returncode == 0
        for kind in ("system", "instance"):
            manager.unit(FILES[kind].name, unit(kind, Installation(program=PROGRAM)))
        manager.unit("triaged.service.d/quick.conf", QUICK)
        manager.unit("triaged@.service.d/quick.conf", QUICK)
        yield manager


@pytest.fixture
def service(machine: Manager, dovecot: Dovecot, user: str) -> Iterator[Manager]:
    """The daemon's unit, ready to be started for a mailbox of its own."""
    machine.write("/etc/triaged/dana.toml", CONFIG.format(port=dovecot.imap, user=user), 0o640, "triaged")
    machine.write("/etc/triaged/credentials/work-imap", dovecot.password + "\n", 0o600)
    machine.forget()
    yield machine
    machine.systemctl("stop", "triaged")
    machine.systemctl("reset-failed", "triaged")
    machine.run(
        "rm",
        "-rf",
        "/run/lab/units/triaged.service.d/more.conf",
        "/var/lib/triaged",
        "/etc/triaged/dana.toml",
    )
    machine.systemctl("daemon-reload")


def start(service: Manager) -> str:
    said = service.systemctl("start", "triaged")
    assert said.returncode == 0, [entry.get("MESSAGE") for entry in service.journal("triaged")]
    return service.show("triaged", "MainPID")["MainPID"]


def test_it_is_active_when_it_watches_and_says_so(service: Manager):
    start(service)
    state = service.show("triaged", "ActiveState", "StatusText", "NRestarts")
    assert state == {"ActiveState": "active", "StatusText": "watching 1 of 1 account", "NRestarts": "0"}


def test_its_events_are_fields_of_the_journal(service: Manager):
    start(service)
    service.wait_for("triaged", "service.ready")
    (idle,) = service.wait_for("triaged", "account.idle")
    assert (idle["PERSON"], idle["ACCOUNT"], idle["PRIORITY"]) == ("dana", "work", "6")
    assert idle["MESSAGE"].startswith("Waiting for new mail")
    lines = [line for entry in service.journal("triaged") if (line := line_of(entry))]
    for line in lines:
        line_validator().validate(line)
    names = [line["event"] for line in lines]
    assert names.index("service.started") < names.index("service.ready")


def test_mail_is_put_aside_by_the_service(service: Manager, dovecot: Dovecot, user: str):
    start(service)
    service.wait_for("triaged", "account.idle")
    dovecot.deliver(
        user,
        b"From: gary@harbor.example\r\nTo: dana@roth.example\r\nSubject: hi\r\nMessage-ID: <1@harbor>\r\n\r\nx\r\n",
    )
    (entry,) = service.wait_for("triaged", "message.deferred")
    assert entry["TRIAGED_MESSAGE_ID"] == "<1@harbor>"
    assert dovecot.messages(user, "INBOX") == []
    assert len(dovecot.messages(user, "Deferred")) == 1


def test_its_state_is_its_own_and_its_configuration_is_closed_to_others(service: Manager):
    start(service)
    state = service.path("/var/lib/triaged").stat()
    database = service.path("/var/lib/triaged/triaged.db").stat()
    config = service.path("/etc/triaged").stat()
    assert oct(state.st_mode) == oct(0o40700)
    assert oct(database.st_mode) == oct(0o100600)
    assert database.st_uid == state.st_uid != 0
    assert (oct(config.st_mode), config.st_uid) == (oct(0o40750), 0)
    assert config.st_gid == state.st_gid


def test_a_reload_puts_new_rules_in_force_without_a_restart(service: Manager):
    pid = start(service)
    file = service.path("/etc/triaged/dana.toml")
    file.write_text(file.read_text().replace("Everything waits", "Later"))
    assert service.systemctl("reload", "triaged").returncode == 0
    service.wait_for("triaged", "config.reloaded")
    assert service.show("triaged", "MainPID", "ActiveState") == {"MainPID": pid, "ActiveState": "active"}


def test_a_reload_of_a_bad_configuration_fails_and_changes_nothing(service: Manager):
    pid = start(service)
    service.path("/etc/triaged/dana.toml").write_text("[me\n")
    assert service.systemctl("reload", "triaged").returncode != 0
    assert service.show("triaged", "MainPID", "ActiveState") == {"MainPID": pid, "ActiveState": "active"}
    assert not [entry for entry in service.journal("triaged") if entry.get("EVENT") == "config.reloaded"]


def test_a_reload_puts_the_valid_files_in_force_and_fails_for_the_one_that_is_not(service: Manager):
    pid = start(service)
    file = service.path("/etc/triaged/dana.toml")
    file.write_text(file.read_text().replace("Everything waits", "Later"))
    service.write("/etc/triaged/erin.toml", "[me]\nname = 7\n", 0o640, "triaged")
    try:
        assert service.systemctl("reload", "triaged").returncode != 0
        service.wait_for("triaged", "config.reloaded")
        said = [entry.get("MESSAGE", "") for entry in service.journal("triaged")]
        assert any("/etc/triaged/erin.toml:2:8: error: name is the number 7" in one for one in said)
        assert service.show("triaged", "MainPID", "ActiveState") == {"MainPID": pid, "ActiveState": "active"}
    finally:
        service.run("rm", "/etc/triaged/erin.toml")


def test_an_invalid_configuration_is_not_started_again(service: Manager):
    service.path("/etc/triaged/dana.toml").write_text("[me\n")
    assert service.systemctl("start", "triaged").returncode != 0
    state = service.show("triaged", "ActiveState", "ExecMainStatus", "NRestarts")
    assert state == {"ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"}


def test_a_damaged_ledger_is_not_started_again_and_not_made_anew(service: Manager):
    start(service)
    service.systemctl("stop", "triaged")
    file = service.path("/var/lib/triaged/triaged.db")
    file.write_bytes(b"no database, and long enough to be looked at" * 100)
    service.systemctl("start", "triaged")
    until(lambda: service.show("triaged", "ActiveState")["ActiveState"] == "failed", 30, "it gives up")
    assert service.show("triaged", "ExecMainStatus", "NRestarts") == {"ExecMainStatus": "74", "NRestarts": "0"}
    assert file.read_bytes().startswith(b"no database")


def test_a_ledger_of_a_later_version_is_not_started_again_and_left_as_it_is(service: Manager):
    start(service)
    service.systemctl("stop", "triaged")
    file = service.path("/var/lib/triaged/triaged.db")
    with file.open("r+b") as ledger:  # user_version, https://www.sqlite.org/fileformat.html 1.3
        ledger.seek(60)
        ledger.write((1000).to_bytes(4, "big"))
    left = file.read_bytes()
    service.systemctl("start", "triaged")
    until(lambda: service.show("triaged", "ActiveState")["ActiveState"] == "failed", 30, "it gives up")
    assert service.show("triaged", "ExecMainStatus", "NRestarts") == {"ExecMainStatus": "74", "NRestarts": "0"}
    assert file.read_bytes() == left


def test_a_key_that_is_none_is_not_started_with_again_and_again(service: Manager):
    service.write("/etc/triaged/triaged.key", "no key\n", 0o640, "triaged")
    try:
        assert service.systemctl("start", "triaged").returncode != 0
        state = service.show("triaged", "ActiveState", "ExecMainStatus", "NRestarts")
        assert state == {"ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"}
    finally:
        service.run("rm", "/etc/triaged/triaged.key")


def test_doctor_as_service_looks_with_the_units_user_credentials_and_sandbox(service: Manager):
    alone = service.run(PROGRAM, "doctor", "-c", "/etc/triaged")
    assert (alone.returncode, "work-imap" in alone.stdout + alone.stderr) == (1, True)  # nobody hands it over
    said = service.run(PROGRAM, "doctor", "--as-service", "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    [work] = [json.loads(line) for line in said.stdout.splitlines()]
    assert (work["account"], work["works"]) == ("work", True)
    assert service.show("triaged", "ActiveState") == {"ActiveState": "inactive"}
    assert "triaged-once" not in service.systemctl("list-units", "--all", "--plain").stdout


def test_doctor_as_service_fails_where_the_unit_would_and_says_why(service: Manager):
    service.path("/etc/triaged/credentials/work-imap").unlink()
    said = service.run(PROGRAM, "doctor", "--as-service")
    assert said.returncode == 1
    assert "work-imap" in said.stdout + said.stderr or "could not be started" in said.stderr
    unknown = service.run(PROGRAM, "doctor", "--as-service", "nowhere.service")
    assert (unknown.returncode, "there is no such unit" in unknown.stderr) == (1, True)


def test_a_folder_of_credentials_is_handed_over_with_a_name_before_theirs(service: Manager):
    file = service.path("/etc/triaged/dana.toml")
    file.write_text(file.read_text().replace("work-imap", "mail_work-imap"))
    service.unit("triaged.service.d/more.conf", "[Service]\nLoadCredential=mail:/etc/triaged/credentials\n")
    assert service.run(PROGRAM, "doctor", "--as-service").returncode == 0
    start(service)
    service.wait_for("triaged", "account.idle")


def test_a_killed_daemon_comes_back(service: Manager):
    pid = start(service)
    os.kill(service.outside_pid(pid), signal.SIGKILL)
    service.wait_for("triaged", "service.ready", 2)
    until(lambda: service.show("triaged", "ActiveState")["ActiveState"] == "active", 30, "systemd has heard it too")
    state = service.show("triaged", "NRestarts", "MainPID")
    assert state["NRestarts"] == "1"
    assert state["MainPID"] != pid


def test_a_hanging_daemon_is_ended_by_the_watchdog_and_comes_back(service: Manager):
    service.unit("triaged.service.d/more.conf", "[Service]\nWatchdogSec=8s\nTimeoutAbortSec=1s\n")
    pid = start(service)
    os.kill(service.outside_pid(pid), signal.SIGSTOP)
    service.wait_for("triaged", "service.ready", 2, seconds=60)
    assert service.show("triaged", "NRestarts") == {"NRestarts": "1"}
    assert any("watchdog" in str(entry.get("MESSAGE", "")).lower() for entry in service.journal("triaged"))


def test_a_stop_is_clean_and_told(service: Manager):
    start(service)
    assert service.systemctl("stop", "triaged").returncode == 0
    state = service.show("triaged", "ActiveState", "Result", "ExecMainStatus")
    assert state == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
    service.wait_for("triaged", "service.stopped")


def test_the_log_outlives_a_restart_of_the_journal(service: Manager):
    start(service)
    service.systemctl("restart", "systemd-journald.service")
    service.systemctl("reload", "triaged")
    service.wait_for("triaged", "config.reloaded")


def test_an_instance_has_a_configuration_and_a_state_of_its_own(service: Manager):
    assert service.systemctl("start", "triaged@dana").returncode == 0
    service.wait_for("triaged@dana", "service.ready")
    assert service.path("/var/lib/triaged/dana/triaged.db").exists()
    service.systemctl("stop", "triaged@dana")


def test_the_verb_reads_the_journal_as_a_table(service: Manager):
    start(service)
    service.wait_for("triaged", "service.ready")
    said = service.run(PROGRAM, "log", "--event", "service.*", "--since", "1h")
    assert said.returncode == 0, said.stderr
    assert "service.ready" in said.stdout
    assert "account.idle" not in said.stdout


# -- the files -----------------------------------------------------------------------------------------------------

FILES: dict[Kind, Path] = {
    "system": ROOT / "systemd/triaged.service",
    "instance": ROOT / "systemd/triaged@.service",
    "user": ROOT / "systemd/user/triaged.service",
}


def analyse(*arguments: str) -> str:
    environment = os.environ | {"SYSTEMD_COLORS": "0", "XDG_RUNTIME_DIR": "/run", "LC_ALL": "C"}
    command = [required_program("systemd-analyze", "systemd"), *arguments]
    said = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout + said.stderr


@pytest.mark.parametrize("kind", FILES)
def test_systemd_finds_nothing_to_say_about_a_unit(kind: Kind, tmp_path: Path):
    program = tmp_path / "triaged"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file = tmp_path / FILES[kind].name
    file.write_text(FILES[kind].read_text().replace("/usr/bin/triaged", str(program)))
    where = ("--user",) if kind == "user" else ()
    assert analyse("verify", "--man=no", *where, str(file)) == ""


@pytest.mark.parametrize("kind", ["system", "instance"])
def test_the_sandbox_leaves_little_open(kind: Kind):
    said = analyse("security", "--offline=true", "--threshold=15", str(FILES[kind]))
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert exposure is not None
    assert float(exposure[1]) <= 1.5
