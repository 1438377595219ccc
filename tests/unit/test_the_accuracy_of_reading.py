"""The runs over fixtures that lie outside the repository: what they count, and when they fail."""

import sys
from pathlib import Path

import pytest

from bench import accuracy_reading, answered_mail
from triaged.core.message import read_raw

QUOTED = "On Tue, 24 Nov 2026 at 10:00, Dana Roth <dana@roth.example> wrote:\n> Is it well?\n"
HEAD = b"From: Gary <gary@harbor.example>\nTo: Dana <dana@roth.example>\nSubject: Offer\n"
BOUNCE = b"""\
From MAILER-DAEMON Tue Nov 24 10:00:00 2026
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.harbor.example>
To: dana@roth.example
Subject: Undelivered Mail Returned to Sender

Nobody lives there.
"""


def fixture(folder: Path, name: str, text: str, expected: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.expected").write_text(expected)
    path = folder / f"{name}.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "expected", "lost", "kept"),
    [
        (f"All is well.\n\n{QUOTED}", "All   is well.", [], []),
        (f"All is well.\n\n{QUOTED}", "All is well.\nNo.", ["No."], []),
        ("All is well.\nSent by pigeon", "All is well.", [], ["Sent by pigeon"]),
        ("Twice.\nTwice.", "Twice.", [], ["Twice."]),
    ],
)
def test_lines_are_compared_but_for_their_blanks(
    tmp_path: Path, text: str, expected: str, lost: list[str], kept: list[str]
) -> None:
    assert accuracy_reading.difference(fixture(tmp_path, "a", text, expected)) == (lost, kept)


def run(monkeypatch: pytest.MonkeyPatch, which: object, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run", *arguments])
    status: int = which.main()  # type: ignore[attr-defined]  # one of the two modules
    return status


def test_the_run_counts_by_language_and_fails_only_for_what_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fixture(tmp_path / "en", "exact", f"All is well.\n\n{QUOTED}", "All is well.")
    fixture(tmp_path / "en", "kept", "All is well.\nSent by pigeon", "All is well.")
    (tmp_path / "en" / "nothing-is-expected-of-it.txt").write_text("x")
    assert run(monkeypatch, accuracy_reading, str(tmp_path)) == 0
    fixture(tmp_path / "de", "lost", f"Ja.\n\n{QUOTED}", "Ja.\nNein.")
    capsys.readouterr()
    assert run(monkeypatch, accuracy_reading, str(tmp_path), "--show") == 1
    said = capsys.readouterr().out
    rows = [line.split() for line in said.splitlines() if line.split()[1:2] and line.split()[1].isdigit()]
    assert rows == [["de", "1", "0", "1", "0"], ["en", "2", "1", "0", "1"], ["together", "3", "1", "1", "1"]]
    assert "  - Nein." in said
    assert "  + Sent by pigeon" in said


def test_a_raw_message_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(HEAD + b"\nAll is well.\n\n" + QUOTED.encode())
    path.with_suffix(".expected").write_text("All is well.")
    assert accuracy_reading.difference(path) == ([], [])


def test_a_bounce_in_a_persons_clothes_keeps_what_it_says_of_itself() -> None:
    message = read_raw(answered_mail.dressed(BOUNCE.replace(b"\n", b"\r\n")))
    assert str(message.return_path) == "MAILER-DAEMON@mx.harbor.example"
    assert message.message_id
    assert message.date
    assert message.subject == "Undelivered Mail Returned to Sender"
    assert "Nobody lives there." in message.text
    assert answered_mail.refusal(message) is not None


def test_one_without_a_sender_gets_a_persons() -> None:
    message = read_raw(answered_mail.dressed(BOUNCE.replace(b"From: Mail", b"From: Mail Daemon; Mail")))
    assert message.sender is not None
    assert message.return_path == message.sender.address


def test_a_persons_mail_would_be_answered_and_makes_the_run_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bounce").write_bytes(BOUNCE)
    assert run(monkeypatch, answered_mail, str(tmp_path)) == 0
    (tmp_path / "person").write_bytes(HEAD + b"\nIs it well?\n")
    capsys.readouterr()
    assert run(monkeypatch, answered_mail, str(tmp_path), "--show") == 1
    assert "person: answered" in capsys.readouterr().out
    assert run(monkeypatch, answered_mail, str(tmp_path), "--people") == 0
