"""The paper for a call: wherever the daemon dies on its way it goes once or is in doubt, and is written once."""

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from crash.fourpapers import FourPapers
from server.dovecot import USUAL
from server.sink import Sink

TORTURE = os.environ.get("TRIAGED_TORTURE") == "1"
SAMPLE = 3


@pytest.fixture(scope="module")
def undisturbed(dovecots: Any, counting: Sink, actors: Path, memory: Path) -> FourPapers:
    """Four weeks in which nothing died."""
    folder = memory / "papers"
    folder.mkdir()
    weeks = FourPapers(dovecots(USUAL), counting, folder, actors)
    weeks.play()
    return weeks


def test_three_are_sent_by_hand_and_the_fourth_goes_by_itself_and_its_answer_by_no_robot(undisturbed: FourPapers):
    papers = [(mode, state) for kind, mode, state, _ in undisturbed.replies() if kind == "paper"]
    assert papers == [("draft", "sent")] * 3 + [("send", "sent")]
    assert undisturbed.rows("SELECT no_reply, state FROM item WHERE subject = 'Re: our call'") == [("loop", "here")]
    found = undisturbed.mailboxes()
    assert found["0 Drafts"] == []
    assert sum(subject.startswith("Our call on") for subject, _ in found["0 Sent"]) == 4
    assert sum(subject.startswith("Agenda") for subject, _ in found["0 INBOX"]) == 4
    assert {"ledger.plan_paper.before", "ledger.plan_paper.after"} <= set(undisturbed.log.read_text().splitlines())


def test_wherever_it_dies_every_paper_is_written_once_and_goes_once_or_is_in_doubt(undisturbed: FourPapers):
    passed = undisturbed.log.read_text().splitlines()
    wrong: list[str] = []
    for place in _chosen(passed):
        deaths = (place, random.randrange(1, 60))
        folder = undisturbed.folder / f"at{place}"
        folder.mkdir()
        weeks = FourPapers(undisturbed.dovecot, undisturbed.sink, folder, undisturbed.actors, die_at=deaths)
        weeks.play()
        where = f"{deaths} {passed[place - 1]}, power cuts {weeks.cuts}"
        wrong += [f"{where}: {trouble}" for trouble in troubles(weeks, undisturbed)]
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)


def _chosen(passed: list[str]) -> list[int]:
    """All places; or where a paper is planned, and a few of what follows on its way."""
    if TORTURE:
        return list(range(1, len(passed) + 1))
    planned = [place for place, name in enumerate(passed, 1) if name.startswith("ledger.plan_paper")]
    after = [place for first in planned for place in range(first + 1, min(first + 25, len(passed) + 1))]
    return sorted({random.choice(planned), *random.sample(after, SAMPLE)})


def troubles(weeks: FourPapers, undisturbed: FourPapers) -> Iterator[str]:
    """How weeks in which the daemon died differ from those without, and what never may be."""
    if not weeks.deaths:
        yield "it did not die"
    ids = Counter(str(message_from_bytes(one.raw)["Message-ID"]) for one in weeks.sink.received)
    doubted = 0
    for message_id, mode, state in weeks.rows("SELECT message_id, mode, state FROM reply"):
        if ids[message_id] > 1 or (state == "sent" and mode == "send" and ids[message_id] != 1):
            yield f"{message_id} went {ids[message_id]} times, and the ledger says {state}"
        doubted += state == "in_doubt"
    if weeks.replies() != undisturbed.replies():
        yield f"replies: {weeks.replies()}, not {undisturbed.replies()}"
    mine, other = ({folder: Counter(one) for folder, one in day.mailboxes().items()} for day in (weeks, undisturbed))
    for folder in mine.keys() | other.keys():
        missing = other.get(folder, Counter()) - mine.get(folder, Counter())
        more = mine.get(folder, Counter()) - other.get(folder, Counter())
        if more or missing.total() > (doubted if folder == "0 Sent" else 0):
            yield f"{folder}: missing {missing}, too many {more}"
    items = "SELECT subject, state, no_reply FROM item ORDER BY subject"
    if weeks.rows(items) != undisturbed.rows(items):
        yield f"items: {weeks.rows(items)}, not {undisturbed.rows(items)}"
    yield from (
        f"still owed: {key}" for (key,) in weeks.rows("SELECT key FROM effect WHERE state IN ('planned','trying')")
    )
