"""A window is decided as its messages would be one by one: each finds in its facts what those before it have written."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from support.ledgerkit import (
    ANNE,
    DAY,
    GARY,
    HOUR,
    MINUTE,
    MONDAY,
    World,
    admit_beside,
    answered,
    joining,
    left,
    mail,
    urgent,
)
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.ledger import Arriving

TABLES = ("item", "effect", "promise", "reply", "reply_item", "correspondent", "pass", "folder")
LETTERS = st.tuples(
    st.integers(0, 5),  # which message: one may come again
    st.sampled_from((GARY, ANNE)),
    st.lists(st.integers(0, 5), max_size=2),  # what it refers to
    st.sampled_from(("answer", "urgent", "left", "pass")),
)


def decide(arriving: Arriving, facts: Facts) -> Decision:
    """What the message asks for by its subject, told apart by what the past says."""
    sender = arriving.who.sender or GARY
    match arriving.message.subject:
        case "answer":
            promise = facts.promise.due_at if facts.promise else MONDAY + DAY
            return joining(answered(facts.now, promise=promise, to=sender))(arriving, facts)
        case "urgent":
            return replace(urgent(), sender=sender.key, correspondent=sender.key)
        case "pass":
            return replace(left(), spends_pass=len(facts.passes) < 2, kind=(facts.newest_in_thread or "new",))
        case _:
            return replace(left(), no_reply="duplicate" if facts.duplicate else None)


def rows_of(world: World) -> dict[str, list[tuple[object, ...]]]:
    return {table: world.ledger.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


@given(st.lists(LETTERS, max_size=9))
@settings(max_examples=60, deadline=None)
def test_a_window_is_decided_as_its_messages_would_be_one_by_one(written: list) -> None:
    together, alone = World.new(), World.new()
    seen: dict[int, list[Facts]] = {0: [], 1: []}
    for which, world in enumerate((together, alone)):

        def ask(arriving: Arriving, facts: Facts, told: list[Facts] = seen[which]) -> Decision:
            told.append(facts)
            return decide(arriving, facts)

        arriving = [
            world.arriving(
                mail(number, sender=who.spec, references=tuple(f"<{n}@client>" for n in about), subject=what),
                correspondent=who.key,
                arrived_at=MONDAY + at * MINUTE,
            )
            for at, (number, who, about, what) in enumerate(written)
        ]
        windows = [arriving] if world is together else [[one] for one in arriving]
        for messages in windows:
            next_uid = messages[-1].place.uid + 1 if messages and messages[-1].place else None
            window = world.window(*messages, next_uid=next_uid, lookback=timedelta(hours=1), fuse=HOUR)
            admit_beside(world.ledger, window, ask)
    assert seen[0] == seen[1]
    assert rows_of(together) == rows_of(alone)
    together.ledger.close()
    alone.ledger.close()
