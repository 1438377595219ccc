"""The page of one message: what is answered and promised, what was done, and why, in the words that `explain` has."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.ledgerkit import DAY, MONDAY, mail, urgent
from support.pagekit import Served, served
from triaged.core.decision import Decision
from triaged.core.guard import Refusal
from triaged.core.record import as_record
from triaged.core.rules import TraceLine
from triaged.rehearse.itemtold import effect_step, moments_of, refusals_of, reply_step, trace_of


@pytest.fixture
def mine(tmp_path: Path):
    with served(tmp_path) as page:
        page.sign_in()
        yield page


def decided(page: Served, decision: Decision) -> int:
    """A message with its decision written down, as the daemon does; its number."""
    window = page.world.window(mail(1))
    [made] = page.world.ledger.admit(
        window, lambda *_: decision, lambda one, arriving: as_record(one, arriving.who, arriving.arrived_at, ())
    )
    assert made.item is not None
    return made.item


TRACED = replace(
    urgent(),
    no_reply="robot-sender",
    refusals=(Refusal("robot-sender", "it was written by <a program>"),),
    trace=(
        TraceLine("outage", matched=False, because="the subject has none of <outage>"),
        TraceLine("the rest", matched=True, because="every message matches"),
    ),
)


def test_every_rule_that_was_asked_stands_there_with_its_words(mine: Served):
    text = mine.ask(f"/item/{decided(mine, TRACED)}").text
    assert "the subject has none of &lt;outage&gt;" in text
    assert "<strong>✓ the rest</strong>" in text
    assert text.index("none of &lt;outage&gt;") < text.index("every message matches")


def test_a_reply_that_waits_stands_there_whole_and_can_be_stopped(mine: Served):
    made = mine.world.deferred(1)
    text = mine.ask(f"/item/{made.item}").text
    assert f"Hello there, reply {made.reply} to" in text
    assert 'value="do not send"' in text
    mine.act("do not send", made.reply)
    text = mine.ask(f"/item/{made.item}").text
    assert "Hello there" not in text
    assert "cancelled" in text


def test_what_was_promised_stands_there_with_its_state(mine: Served):
    made = mine.world.deferred(1, promise=MONDAY + DAY)
    text = mine.ask(f"/item/{made.item}").text
    assert "Promised: <time" in text
    assert "(not told yet)" in text


def test_what_was_done_and_what_is_owed_stand_there(mine: Served):
    made = mine.world.deferred(1)
    mine.world.put_aside(made)
    text = mine.ask(f"/item/{made.item}").text
    for effect in mine.world.ledger.effects_for(made.item):
        assert effect_step(effect).text in text
    for reply in mine.world.ledger.replies_for(made.item):
        assert reply_step(reply).text in text


def test_why_nothing_is_answered_stands_there(mine: Served):
    text = mine.ask(f"/item/{decided(mine, TRACED)}").text
    assert "it was written by &lt;a program&gt;" in text
    assert "<code>robot-sender</code>" in text


def test_a_message_that_is_not_decided_yet_says_so(mine: Served):
    made = mine.world.deferred(1)
    item = replace(mine.world.ledger.item(made.item), decision=None)
    assert (trace_of(mine.world.ledger, item), moments_of(item), refusals_of(item)) == ((), [], [])
