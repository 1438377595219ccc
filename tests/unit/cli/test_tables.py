"""What tables look like: bold on a terminal, plain in a pipe and where colours are not wanted."""

import io
from pathlib import Path

import pytest

from support.configurations import WHOLE, loaded, write
from triaged.cli.common import only_observed, print_table, told
from triaged.config import load


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "escapes"), [("", True), ("1", False)])
def test_with_no_color_a_terminal_is_told_nothing_but_text(
    monkeypatch: pytest.MonkeyPatch, no_color: str, *, escapes: bool
):
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", screen := Terminal())
    print_table(["item"], [["1"]], "nothing")
    assert "item" in screen.getvalue()
    assert ("\x1b" in screen.getvalue()) is escapes


def test_a_pipe_is_told_nothing_but_text(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", pipe := io.StringIO())
    print_table(["item"], [["1"]], "nothing")
    assert "\x1b" not in pipe.getvalue()


COLUMNS = ["item", "back at", "from", "subject"]
ROWS = [["1", "Mon 30 Nov 08:00", "gary@harbor.example", "Automatic reply: about the donation page that is down"]]


@pytest.mark.parametrize(("width", "whole"), [(120, "Mon 30 Nov 08:00"), (66, "Mon 30 Nov 08:00"), (54, "Mon 30 Nov")])
def test_on_a_terminal_words_and_where_it_can_be_moments_stay_whole(
    monkeypatch: pytest.MonkeyPatch, width: int, whole: str
):
    for name, value in (("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", str(width))):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", screen := Terminal())
    print_table(COLUMNS, ROWS, "nothing")
    lines = screen.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert {"gary@harbor.example", "Automatic", "donation"} <= set(" ".join(lines).split())
    assert any(whole in line for line in lines)


def test_where_there_is_no_room_for_words_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", "30")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", screen := Terminal())
    print_table(COLUMNS, ROWS, "nothing")
    letters = sorted("".join("".join(COLUMNS + ROWS[0]).split()))
    assert sorted("".join(screen.getvalue().replace("─", "").split())) == letters


def test_whose_it_is_stands_there_where_there_are_several_and_trouble_where_there_is_any(tmp_path: Path):
    columns = ("item", "person", "trouble")
    row, troubled = ("1", "dana", ""), ("2", "eva", "! full")
    alone = loaded(tmp_path, WHOLE)
    (tmp_path / "people").mkdir()
    for name in ("dana", "eva"):
        write(tmp_path, WHOLE.replace('user = "dana"', f'user = "{name}"'), f"people/{name}.toml")
    both = load(tmp_path / "people")
    assert len(both.persons) == 2, both.errors
    assert told(columns, [row], alone) == (["item"], [["1"]])
    assert told(columns, [row], both) == (["item", "person"], [["1", "dana"]])
    assert told(columns, [row, troubled], both) == (list(columns), [list(row), list(troubled)])


def test_that_everything_only_observes_is_said_to_whoever_looks_for_what_is_put_aside(tmp_path: Path):
    observing = WHOLE.replace('mode = "send"', 'mode = "observe"')
    assert "only observes" in only_observed(loaded(tmp_path, observing))
    acting = observing.replace("[client.harbor]", '[client.harbor]\nmode = "send"')
    assert only_observed(loaded(tmp_path, acting)) == "", "a client may have a mode of its own"
