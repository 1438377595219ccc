"""Next time, and other rules tried on the page: what is proposed passes `check`, what is told is true, nothing is written, nothing runs on."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from support.ledgerkit import DAY, HOUR, MONDAY, left, mail
from support.pagekit import Served, served
from triaged.config import load
from triaged.config.tried import rules_text

_AREA = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as page:
        page.clock.append(MONDAY + DAY)
        page.sign_in()
        yield page


def month(page: Served, *senders: str) -> list[int]:
    """A message of each, an hour between them; their numbers."""
    made = []
    for number, sender in enumerate(senders):
        page.world.tick(HOUR)
        message = mail(number, sender=sender, at=page.world.now)
        made.append(
            page.world.admit(message, replace(left(), sender=sender, correspondent=sender), correspondent=sender).item
        )
    return made


def area(text: str) -> str:
    return unescape(_AREA.search(text)[1])


def tried(page: Served, text: str) -> str:
    """What the page says of a text when it was tried."""
    assert page.ask("/rules", {"token": page.token, "text": text}).status == 303
    for _ in range(600):
        shown = page.ask("/rules").text
        if "http-equiv" not in shown:
            return shown
        time.sleep(0.1)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("then", ["wait", "leave"])
def test_what_is_proposed_is_told_with_what_it_would_have_changed(mine: Served, tmp_path: Path, then: str):
    gary, other = "gary@harbor.example", "amy@harbor.example"
    first, second, third = month(mine, gary, other, gary)
    shown = mine.ask(f"/item/{first}/next/{then}").text
    assert "would have changed 2 of 3 messages" in shown
    assert f'href="/item/{third}"' in shown
    assert f'href="/item/{second}"' not in shown
    assert "above the rule “all”" in shown
    path = tmp_path / "dana.toml"
    before, said = path.read_text(), [one.text for one in load(path).problems]
    path.write_text(before.replace('[[rule]]\nname = "all"', f'{area(shown)}\n\n[[rule]]\nname = "all"'))
    loaded = load(path)
    assert [one.text for one in loaded.problems] == said
    assert [one.name for one in loaded.persons[0].rules.rules] == [gary, "all"]
    assert loaded.persons[0].rules.rules[0].then.value == {"wait": "defer"}.get(then, then)


def test_what_changes_nothing_says_so(mine: Served):
    [first] = month(mine, "gary@harbor.example")
    assert "would have changed 0 of 1 messages" in mine.ask(f"/item/{first}/next/urgent").text


def test_a_rule_is_proposed_for_no_message_of_another(mine: Served):
    theirs = mine.other.deferred(1)
    assert mine.ask(f"/item/{theirs.item}/next/urgent").status == 404
    [own] = month(mine, "gary@harbor.example")
    assert mine.ask(f"/item/{own}/next/never").status == 404


def test_the_rules_of_the_file_stand_there_to_be_edited(mine: Served, tmp_path: Path):
    assert area(mine.ask("/rules").text).strip() == '[[rule]]\nname = "all"\nthen = "urgent"'
    secret = mine.ask("/rules").text
    assert "imap.roth.example" not in secret


def test_an_edited_text_is_tried_and_kept_and_nothing_is_written(mine: Served, tmp_path: Path):
    month(mine, "gary@harbor.example", "amy@harbor.example", "uwe@elsewhere.example")
    before = (tmp_path / "dana.toml").read_bytes()
    text = '[[rule]]\nname = "mine"\nwhen = { client = "harbor" }\nthen = "leave"\n\n[[rule]]\nname = "all"\nthen = "urgent"\n'
    shown = tried(mine, text)
    assert "would have changed 2 of 2 messages" in shown
    assert "1 are left out" in shown
    assert "Verdict: urgent → left alone" in shown
    assert area(shown) == text
    assert (tmp_path / "dana.toml").read_bytes() == before
    assert mine.ask("/rules", {"token": mine.token, "act": "as in the file"}).status == 303
    assert area(mine.ask("/rules").text).strip() == '[[rule]]\nname = "all"\nthen = "urgent"'


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[[rule]]\nname = "x"\nthen = "urgnet"\n', ":3:8", "urgent"),
        ('[[rule]]\nname = "x\n', ":2:", "closing quote"),
        ('[[rule]]\nthen = "defer"\nreply = "nobody"\n', ":3:", "nobody"),
        ('[reply.hello]\ntext = "Hello {{ sender.nmae }}"\n', ":2:", "nmae"),
        ('[service]\nlisten = "0.0.0.0:1"\n', ":1:", "only [[rule]] and [reply.*]"),
        ('[account.work]\nimap = { password = { command = ["touch", "/tmp/x"] } }\n', ":1:", "only [[rule]]"),
        (
            '[[rule]]\nname = "x"\nthen = "urgent"\n[[rule.example]]\nfrom = "gary@harbor.example"\nsubject = "s"\ntext = "t"\nexpect = { then = "leave" }\n',
            ":8:",
            "example of",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(mine: Served, text: str, place: str, words: str):
    shown = unescape(tried(mine, text))
    assert f"what you typed{place}" in shown
    assert words in shown
    assert "would have changed" not in shown
    assert area(shown) == text


def test_a_text_that_never_ends_is_stopped_and_the_page_goes_on(mine: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.rehearse.trial._TIME_OUT", 0.01)
    month(mine, "gary@harbor.example")
    assert "too much time or memory" in tried(mine, '[[rule]]\nthen = "leave"\n')
    assert mine.ask("/").status == 200


def test_a_text_that_is_too_long_is_not_tried(mine: Served):
    text = "#" * 61_000
    assert "longer than 60000 bytes" in tried(mine, text)


def test_what_was_typed_is_kept_while_nobody_is_signed_in(mine: Served):
    answer = mine.ask("/rules", {"token": "old", "text": "[[rule]]\nthen = 'leave'"})
    assert answer.status == 403
    assert "then = &#39;leave&#39;" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        '[me]\nname = "x"\n[[rule]] # first\nname = "a"\nthen = "urgent"\n[client.c]\nfrom = ["a@b.example"]\n[reply.r]\ntext = """\n[me]\nHello\n"""\n',
        "['rule'.x]\na = 1\n[\"reply\".y]\nb = '''\n[[rule]]\n'''\n[z]\nc = 3\n",
    ],
)
def test_only_rules_and_replies_are_taken_out_of_a_file(tmp_path: Path, text: str):
    path = tmp_path / "a.toml"
    path.write_text(text)
    taken = rules_text(path)
    assert "client" not in taken
    assert "[z]" not in taken
    assert "Hello" in taken or "b = " in taken


def test_rules_that_stand_in_a_list_are_not_shown_as_others(tmp_path: Path):
    path = tmp_path / "a.toml"
    path.write_text('rule = [{ name = "x", then = "urgent" }]\n')
    assert rules_text(path) is None
