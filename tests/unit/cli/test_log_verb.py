"""`triaged log` reads the journal, files and standard input, and shows what is asked for."""

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triaged.cli import log, main
from triaged.cli.times import here
from triaged.log.events import captured

Say = Callable[..., int]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    events, lines = captured()
    events.emit("service.ready", reason="watching 1 of 1 account")
    events.emit(
        "message.urgent", person="dana", client="harbor", item=7, sender="gary@harbor.example", subject="Outage"
    )
    events.emit("reply.held", person="tom", client="lindenhof", reply=3, error="550 no")
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no line\n[]\n{}\n")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["log", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_file_is_shown_as_a_table(file: Path, capsys: pytest.CaptureFixture[str]):
    rows = said(capsys, str(file))
    assert [row.split()[4] for row in rows] == ["service.ready", "message.urgent", "reply.held"]
    assert rows[1].endswith(
        "message.urgent       dana       harbor       #7        Urgent from gary@harbor.example “Outage”"
    )
    assert rows[2].endswith("reply.held           tom        lindenhof    reply 3   Reply held back: 550 no")


def test_where_all_lines_are_one_persons_nobody_is_named(file: Path, capsys: pytest.CaptureFixture[str]):
    (row,) = said(capsys, str(file), "--person", "dana")
    assert row.endswith("message.urgent       harbor       #7        Urgent from gary@harbor.example “Outage”")


def test_a_person_is_named_from_the_first_line_on_however_late_the_second_appears(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    line = {"timestamp": "2026-11-24T12:00:00+00:00", "level": "info", "event": "account.idle"}
    several = [*({**line, "person": "dana"} for _ in range(50)), {**line, "person": "erin"}]
    (tmp_path / "f").write_text("".join(json.dumps(one) + "\n" for one in several))
    rows = said(capsys, str(tmp_path / "f"))
    assert [row.split()[5] for row in rows] == ["dana"] * 50 + ["erin"]


@pytest.mark.parametrize(
    ("arguments", "events"),
    [
        (["--client", "harbor"], ["message.urgent"]),
        (["--client", "h*"], ["message.urgent"]),
        (["--event", "reply.*"], ["reply.held"]),
        (["--person", "dana"], ["message.urgent"]),
        (["--since", "1h"], ["service.ready", "message.urgent", "reply.held"]),
        (["--since", "2100-01-01"], []),
    ],
)
def test_only_what_is_asked_for_is_shown(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], events: list[str]
):
    rows = said(capsys, str(file), "--json", *arguments)
    assert [json.loads(row)["event"] for row in rows] == events


def test_standard_input_is_a_source(file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(file.read_text()))
    assert len(said(capsys, "-")) == 3


def test_a_file_that_is_not_there_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["log", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"triaged: {tmp_path}/none: No such file or directory\n"


def test_a_time_that_is_none_is_told(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["log", "--since", "some day", "-"])
    assert ended.value.code == 2
    assert "write today, yesterday" in capsys.readouterr().err


def test_times_are_ago_or_of_the_calendar():
    now = datetime.now(UTC)
    assert abs(now - timedelta(hours=2) - here("2h")) < timedelta(seconds=10)
    assert here("2026-11-24 15:10").replace(tzinfo=None) == datetime(2026, 11, 24, 15, 10)  # noqa: DTZ001 — the zone is the machine's
    assert here("today").hour == here("yesterday").hour == 0
    assert here("yesterday") < here("today") <= here("now")
    with pytest.raises(argparse.ArgumentTypeError):
        here("1 fortnight")


def test_rows_cannot_move_the_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    line = {"timestamp": "no time", "event": "message.left\x1b[2J", "subject": "a\rb"}
    (tmp_path / "f").write_text(json.dumps(line) + "\n")
    (row,) = said(capsys, str(tmp_path / "f"))
    assert "\x1b" not in row
    assert "\r" not in row


def journalctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[dict[str, Any]]) -> Path:
    """A journalctl that prints these entries and writes down how it was called."""
    (tmp_path / "entries").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    program = tmp_path / "journalctl"
    program.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/called\ncat {tmp_path}/entries\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "called"


def test_the_journal_is_the_usual_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    inner = {"timestamp": "2026-11-24T12:00:00+00:00", "level": "info", "event": "account.idle"}
    entries: list[dict[str, Any]] = [
        {"EVENT": "service.ready", "PRIORITY": "6", "__REALTIME_TIMESTAMP": "1795521600000000", "MESSAGE": "Ready"},
        {"MESSAGE": "Started triaged.service"},
        {"MESSAGE": json.dumps(inner)},
        {"MESSAGE": "{not json"},
        {"MESSAGE": "{}"},
    ]
    called = journalctl(tmp_path, monkeypatch, entries)
    rows = said(capsys, "--json", "--since", "2026-11-01")
    assert [json.loads(row)["event"] for row in rows] == ["service.ready", "account.idle"]
    assert "--since=@" in called.read_text()
    assert called.read_text().split()[-1] == "SYSLOG_IDENTIFIER=triaged"
    said(capsys, "--follow")
    assert "--follow" in called.read_text()
    said(capsys, "--follow", "--since", "1h")
    assert "--no-tail" in called.read_text()


def test_a_journal_without_a_line_of_ours_says_where_else_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    journalctl(tmp_path, monkeypatch, [{"MESSAGE": "Started something.service"}])
    assert main(["log"]) == 1
    assert "name the file that `triaged run` wrote to" in capsys.readouterr().err
    assert said(capsys, "--since", "today") == [], "a day without a line is an answer"


def test_where_there_is_no_journal_a_file_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["log"]) == 1
    assert "name a file" in capsys.readouterr().err


def test_a_file_is_followed_also_where_a_line_comes_in_pieces(file: Path):
    command = [sys.executable, "-m", "triaged", "log", "--json", "--follow", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [json.loads(process.stdout.readline())["event"] for _ in range(3)][-1] == "reply.held"
        new = json.dumps({"timestamp": "2026-11-24T12:00:00+00:00", "level": "info", "event": "account.idle"})
        with file.open("a") as growing:
            growing.write(new[:20])
            growing.flush()
            growing.write(new[20:] + "\n")
        assert json.loads(process.stdout.readline())["event"] == "account.idle"
        process.terminate()


def test_colours_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    line = {"timestamp": "2026-11-24T12:00:00+00:00", "level": "error", "event": "reply.failed"}
    assert log._as_row(line, named=False, colours=True).startswith("\x1b[31m")
    assert "\x1b" not in log._as_row(line, named=False, colours=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert log._wants_colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not log._wants_colours()
