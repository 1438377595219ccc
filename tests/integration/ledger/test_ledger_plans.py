"""No statement of a day walks through a table: a ledger of years answers as fast as one of a day."""

import re
from pathlib import Path

from support.ledgerday import STEPS, Day
from support.ledgerkit import World, left, mail
from triaged.ledger import AsOf, Period
from triaged.ledger.entries import Rings

# What may be walked through: lists of a few (accounts, folders), what is open (a partial index holds only that), values
# that were handed in (json_each), what a query within has found, and what is done once a day over everything (purge).
SMALL = re.compile(
    r"SCAN (?:j VIRTUAL TABLE|\(subquery|found\b|\w* ?CONSTANT ROW|account|folder|meta|ruleset)"
    r"|(?:SCAN|SEARCH) \w+ USING (?:COVERING )?INDEX (?:effect_due|effect_next|reply_due|reply_state|promise_open|promise_due|item_open)\b"
)
WIDE = re.compile(r"SCAN|SEARCH (?!a |account|f |folder)\w+ USING .*\((?:account|person)=\?\)$")
"""A walk through a table, or through all that an account or a person has of it."""
ONCE_A_DAY = re.compile(
    r"^(?:DELETE FROM|UPDATE item SET excerpt|UPDATE reply SET raw = NULL|SELECT id FROM item WHERE state NOT IN)"
)


def test_no_statement_of_a_day_scans_a_table(tmp_path: Path):
    day = Day(tmp_path)
    statements: dict[str, str] = {}

    def note(sql: str) -> None:
        if re.match(r"SELECT|INSERT|UPDATE|DELETE", sql.strip()):
            statements.setdefault(re.sub(r"'[^']*'|\d+", "?", sql), sql)

    day.ledger.db.set_trace_callback(note)
    close, day.ledger.close = day.ledger.close, lambda: None  # type: ignore[method-assign]  # to be looked into first
    day.play()
    ask_everything(day)
    day.ledger.db.set_trace_callback(None)
    found = {
        f"{row[3]}: {sql.strip()}"
        for sql in statements.values()
        if not ONCE_A_DAY.match(sql.strip())
        for row in day.ledger.db.execute(f"EXPLAIN QUERY PLAN {sql}")
        if WIDE.match(row[3]) and not SMALL.match(row[3])
    }
    assert found == set()
    assert len(statements) > 80
    close()


def ask_everything(day: Day) -> None:
    """What desk, outbox and commands ask beside what the day needed."""
    ledger, account, last = day.ledger, day.account.id, STEPS[-1]
    ledger.due_effects(None, last)
    ledger.due_pushes("dana", last)
    ledger.next_due()
    ledger.next_at(account, last)
    ledger.glance(account, STEPS[0])
    ledger.next_promise_due(STEPS[0], last - STEPS[0])
    ledger.trying_effects(account)
    ledger.pushed_since("dana", Rings("phone", "harbor", vouched=True), STEPS[0])
    ledger.items_watching(account)
    ledger.items_aside(account)
    ledger.struck(account, last)
    ledger.drafts(account)
    ledger.queue("dana")
    ledger.deferred("dana")
    ledger.replies_for(1)
    ledger.promises_open("dana")
    ledger.promise_items(1)
    ledger.promise_reply(1)
    ledger.arrivals("dana", Period(STEPS[0], last))
    ledger.history(Period(STEPS[0], last))
    ledger.saw_answered_flag(1, last)
    ledger.release(1, last)
    ledger.release_all("dana@imap.example", last)
    ledger.cancel_by_hand(1, last)
    ledger.settle_by_hand(1, last)
    ledger.client_expects(1)
    ledger.returns_ahead(account, STEPS[0])
    item = ledger.item(6)
    assert item is not None
    world = World.new(ledger)
    ledger.admit(world.window(*(mail(number) for number in range(70, 80)), now=last), lambda *_: left())
    ledger.facts_again(item, AsOf(last, lookback=last - STEPS[0], fuse=last - STEPS[0]))
