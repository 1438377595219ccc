"""A list of texts: none goes to the same correspondent twice within 7 days."""

from pathlib import Path
from typing import Any

import pytest

from support.explaining import ACCOUNT, CLIENTS, HOURS, ME, Explained

BASE = ME + HOURS + ACCOUNT + CLIENTS.replace('passes = "2 per week"\n', "")
REPLY = """
[reply.later]
every = "1 day"
text.en = ["First: {{ promise | when }}.", "Second: {{ promise | when }}."]
text.de = "Bald: {{ promise | when }}."
[[rule]]
name = "All waits"
then = "leave"
promise = "2 business days"
reply = "later"
"""


def said(explained: Explained, *days: int, sender: str = "gary@harbor.example") -> list[str | None]:
    """The first word of each reply, or why there was none."""
    mails = [
        explained.mail(sender, "Can you ring me?", f"{day:02} Nov 2026 10:10:00 +0100", Subject=f"Question {day}")
        for day in days
    ]
    return [_first_word(found) for found in explained.says(*mails)]


def _first_word(found: dict[str, Any]) -> str | None:
    return found["reply"]["text"].partition(":")[0] if found["reply"] else found["no_reply"]


def test_the_same_words_go_to_nobody_twice_within_7_days(tmp_path: Path):
    explained = Explained(tmp_path, BASE + REPLY)
    assert said(explained, 2, 3, 4, 5) == ["First", "Second", "recently-replied", "recently-replied"]
    assert said(explained, 2, 4, 10, 12) == ["First", "Second", "First", "Second"]


def test_one_text_alone_may_go_again(tmp_path: Path):
    assert said(Explained(tmp_path, BASE + REPLY), 2, 3, 4, sender="petra@lindenhof.example") == [
        "Bald",
        "Bald",
        "Bald",
    ]


def test_colleagues_have_each_their_own_week(tmp_path: Path):
    explained = Explained(tmp_path, BASE + REPLY)
    assert said(explained, 2) == said(explained, 3, sender="may@harbor.example") == ["First"]


@pytest.mark.parametrize(("every", "warned"), [("1 day", True), ("3 days", True), ("4 days", False), ("thread", True)])
def test_check_warns_where_one_can_repeat(tmp_path: Path, every: str, *, warned: bool):
    code, out = Explained(tmp_path, BASE + REPLY.replace('"1 day"', f'"{every}"')).check()
    assert code == 0
    assert ("would repeat within 7 days" in out) is warned


def test_every_text_of_a_list_is_tried(tmp_path: Path):
    code, out = Explained(tmp_path, BASE + REPLY.replace("Second: {{ promise", "Second: {{ promis")).check()
    assert code == 78
    assert 'there is no variable "promis"' in out
