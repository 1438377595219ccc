"""What tables look like: bold on a terminal, plain in a pipe and where colours are not wanted."""

import io

import pytest

from triaged.cli.common import print_table


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
