"""The mode in a configuration file: one value changes, all else stays as it is, or nothing is written."""

from pathlib import Path

import pytest

from triaged.config.modeedit import NotWritten, with_mode
from triaged.core.settings import Mode

FILE = Path("dana.toml")
WORK = [("account", "work")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[account.work]\nmode = "observe" # for now\nx = 1\n', '[account.work]\nmode = "send" # for now\nx = 1\n'),
        ("[account.work]\nmode='draft'\n", '[account.work]\nmode="send"\n'),
        ("# top\n[account.work]  # mine\nx = 1", '# top\n[account.work]  # mine\nmode = "send"\nx = 1'),
        ("[account.work]", '[account.work]\nmode = "send"\n'),
        ('[account.work]\r\nmode = "draft"\r\n', '[account.work]\r\nmode = "send"\r\n'),
        ('[ account . "work" ]\nx = """\n[account.work]\nmode = "draft"\n"""\n', '[ account . "work" ]\nmode = "send"\nx = """\n[account.work]\nmode = "draft"\n"""\n'),
        ('[account]\nwork = { mode = "observe", x = 1 }\n', '[account]\nwork = { mode = "send", x = 1 }\n'),
        ('account.work.mode = "observe"\n', 'account.work.mode = "send"\n'),
    ],
)  # fmt: skip
def test_one_value_changes(before: str, after: str):
    assert with_mode(FILE, before, WORK, Mode.SEND) == after


@pytest.mark.parametrize(
    "text",
    ["[account]\nwork = { x = 1 }\n", "account.work.x = 1\n", "[me]\nname = 'Dana'\n", "[account.work]\nmode = 3\n"],
)
def test_what_cannot_be_changed_safely_is_told_with_the_lines_to_write(text: str):
    with pytest.raises(NotWritten) as told:
        with_mode(FILE, text, WORK, Mode.DRAFT)
    assert told.value.line == '[account.work]\nmode = "draft"'


def test_several_tables_are_changed_together():
    text = '[account.work]\nmode = "observe"\n[account.home]\n'
    both = with_mode(FILE, text, [("account", "work"), ("account", "home")], Mode.DRAFT)
    assert both == '[account.work]\nmode = "draft"\n[account.home]\nmode = "draft"\n'
