"""What servers and messages said goes to terminals, pipes and spreadsheets, and does nothing there."""

import csv
import io
import json
import stat
import sys
from pathlib import Path

import pytest

from triaged.cli.common import print_json, print_table
from triaged.cli.printable import behind_the_door, write_rows
from triaged.statefolder import output

HOSTILE = "a\x1b]0;title\x07b\x1b[2Jc\x9b31md\u202egpj.exe\u2066e\rf\x08g\u061ch"


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_nothing_that_is_printed_moves_a_cursor_or_turns_a_text_around(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]
):
    monkeypatch.setattr("sys.stdout", out := stream())
    monkeypatch.setattr("sys.stderr", err := stream())
    with behind_the_door():
        sys.stdout.write(HOSTILE + "\n")
        sys.stdout.writelines([HOSTILE, "\tand more\r\n"])
        sys.stderr.write(HOSTILE)
    for text in (out.getvalue(), err.getvalue()):
        assert set("\x1b\x07\x9b\x08\u202e\u2066\u061c").isdisjoint(text)
        assert "\r" not in text.replace("\r\n", "")
        assert "gpj.exe" in text
    assert out.getvalue().endswith("\tand more\r\n")


def test_colours_reach_a_terminal_and_no_pipe(monkeypatch: pytest.MonkeyPatch):
    for stream, seen in ((Terminal, True), (io.StringIO, False)):
        monkeypatch.setattr("sys.stdout", out := stream())
        with behind_the_door():
            sys.stdout.write("\x1b[1;31mred\x1b[0m \x1b[5;1Hmoved")
        assert ("\x1b[1;31mred\x1b[0m" in out.getvalue()) is seen
        assert "\x1b[5" not in out.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_no_cell_of_a_table_colours_anything(monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout", out := stream())
    print_table(["subject"], [["\x1b[31mred\x1b[0m \u202eturned"]], "nothing")
    assert "\x1b[31m" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_json_keeps_every_value_and_shows_no_control(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdout", out := io.StringIO())
    with behind_the_door():
        print_json([{"subject": HOSTILE, "name": "Jürgen 🙂"}])
    assert all(character.isprintable() for character in out.getvalue().rstrip("\n"))
    assert json.loads(out.getvalue()) == {"subject": HOSTILE, "name": "Jürgen 🙂"}
    assert "Jürgen 🙂" in out.getvalue()


@pytest.mark.parametrize("said", ["=1+1", "+44 20", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(said: str):
    written = io.StringIO()
    write_rows(written, ["subject", "size"], [{"subject": said, "size": -5, "more": "not asked for"}])
    ((head), (row)) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert head == ["subject", "size"]
    assert row[0].startswith("'" + said[0].strip())
    assert row[1] == "-5"


def test_a_file_that_names_people_is_for_its_owners_eyes(tmp_path: Path):
    with output(tmp_path / "october.csv") as file:
        write_rows(file, ["sender"], [{"sender": "gary@harbor.example"}])
    assert stat.S_IMODE((tmp_path / "october.csv").stat().st_mode) == 0o600


def test_a_harmless_cell_stays_as_it_is():
    written = io.StringIO()
    write_rows(written, ["a", "b"], [{"a": 'a = b, said "she"', "b": None}])
    assert list(csv.reader(io.StringIO(written.getvalue())))[1] == ['a = b, said "she"', ""]
