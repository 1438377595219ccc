"""The units: the files are what the program prints, and other installations get their own."""

from pathlib import Path

import pytest

from support.loglines import ROOT
from triaged.cli import main
from triaged.service.units import Installation, Kind, unit


@pytest.mark.parametrize(
    ("kind", "file"),
    [("system", "triaged.service"), ("instance", "triaged@.service"), ("user", "user/triaged.service")],
)
def test_the_files_are_what_is_printed_for_usr_bin(kind: Kind, file: str):
    assert (ROOT / "systemd" / file).read_text() == unit(kind, Installation())


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["print-unit", *arguments]) == 0
    return capsys.readouterr().out


def test_the_verb_prints_this_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("sys.argv", ["/nowhere/triaged"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "/triaged run\n" in printed(capsys, "--user")


def test_the_verb_takes_program_configuration_and_account(capsys: pytest.CaptureFixture[str]):
    text = printed(capsys, "--program", "/opt/t/bin/triaged", "-c", "/srv/mail.toml", "--run-as", "mailman")
    assert "\nExecStart=/opt/t/bin/triaged run\n" in text
    assert "\nExecReload=/opt/t/bin/triaged check\n" in text
    assert "\nEnvironment=TRIAGED_CONFIG=/srv/mail.toml\n" in text
    assert "\nUser=mailman\nGroup=mailman\n" in text


def test_an_instance_has_its_own_configuration_and_state(capsys: pytest.CaptureFixture[str]):
    text = printed(capsys, "--instance", "--program", "/usr/bin/triaged")
    assert "TRIAGED_CONFIG=/etc/triaged/%i.toml\n" in text
    assert "StateDirectory=triaged/%i\n" in text


def test_a_persons_own_unit_asks_for_nothing_that_only_root_can_give(capsys: pytest.CaptureFixture[str]):
    text = printed(capsys, "--user", "--program", "/home/dana/bin/triaged", "-c", "/home/dana/t.toml")
    assert "User=" not in text
    assert "ProtectSystem" not in text
    assert "Environment=TRIAGED_CONFIG=/home/dana/t.toml\n" in text
    assert text.endswith("WantedBy=default.target\n")


def test_a_program_in_a_home_can_be_seen_by_its_service(capsys: pytest.CaptureFixture[str]):
    assert "ProtectHome=read-only\n" in printed(capsys, "--program", "/home/dana/.venv/bin/triaged")
    assert "ProtectHome=yes\n" in printed(capsys, "--program", "/opt/triaged/bin/triaged")


def test_a_program_in_tmp_cannot_be_a_service(capsys: pytest.CaptureFixture[str]):
    assert main(["print-unit", "--program", "/tmp/venv/bin/triaged"]) == 1
    assert "/opt" in capsys.readouterr().err


def test_blanks_and_percent_signs_in_a_path_are_meant_literally():
    text = unit("system", Installation(program="/opt/my 100%/triaged"))
    assert r"ExecStart=/opt/my\x20100%%/triaged run" in text
