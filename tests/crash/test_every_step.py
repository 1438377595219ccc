"""The daemon dies at every commit and command of a day; started again, the day ends as if nothing had happened.

Every other death is a power cut: what was not synced is lost, or some of it. By default a sample of the places is tried,
another one each time; TRIAGED_TORTURE=1 tries all of them.
"""

import os
import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crash.day import Day, Sending
from server.dovecot import USUAL, Variant
from server.sink import Sink

TORTURE = os.environ.get("TRIAGED_TORTURE") == "1"
SAMPLE = 4


VARIANTS = {
    "Maildir": USUAL,
    "mdbox": Variant(storage="mdbox"),
    "COPY": Variant(hidden=("MOVE",)),
    "neither": Variant(hidden=("MOVE", "UIDPLUS")),
}
"""A server that can MOVE; the same on another storage; one that has to COPY; one on which nothing is moved. No keyword is ever
stored, so that servers without them are no case of their own: every flag of every message is compared."""


@pytest.fixture(scope="module", params=VARIANTS)
def undisturbed(request: pytest.FixtureRequest, dovecots: Any, counting: Sink, actors: Path, memory: Path) -> Day:
    """A day on which nothing died."""
    folder = memory / request.param
    folder.mkdir()
    day = Day(dovecots(VARIANTS[request.param]), counting, folder, actors)
    day.play()
    return day


SEEN = ("\\Seen",)
RETURNED = ["Frage", "another question", "asap as well", "hunger", "question"]
WARNED = ("An answer to acorn falls due: today at 09:32", ())
ALWAYS = [
    WARNED[0],
    "offer",
    "taken out",
    "the digest",
    "when today",
]
EVENTS = {
    "message.urgent", "message.left", "message.answered", "notify.sent", "pass.spent", "pass.exhausted", "digest.delivered",
    "reply.scheduled", "reply.joined", "reply.drafted", "reply.sent", "reply.cancelled",
    "promise.made", "promise.warned", "promise.overdue", "promise.slipped",
}  # fmt: skip
MOVES = {"message.deferred", "message.returned", "message.released", "message.gone"}


def test_the_undisturbed_day_has_all_kinds_of_work(undisturbed: Day):
    moves = undisturbed.moves
    assert {line["event"] for line in undisturbed.said} >= (EVENTS | MOVES if moves else EVENTS)
    assert undisturbed.owed() == {"flag", "notify", "sentcopy", "undraft", "warn", "digest"} | (
        {"aside", "back", "urgent"} if moves else set()
    )
    assert undisturbed.ledger()["passes"] == [("birch", 1)]
    assert undisturbed.ledger()["replies"] == [
        ("abe@acorn.example", "ack", "send", "sent"),
        ("abe@acorn.example", "slip", "send", "sent"),
        ("bea@birch.example", "ack", "send", "sent"),
        ("gary@harbor.example", "ack", "send", "sent"),
        ("ines@foodbank.example", "ack", "send", "cancelled"),
        ("kim@delta.example", "ack", "send", "cancelled"),
        ("petra@lindenhof.example", "ack", "draft", "cancelled"),
        ("zoe@delta.example", "ack", "send", "sent"),
    ]
    assert undisturbed.accepted() == dict.fromkeys(COPIES, 1)


def test_the_undisturbed_day_ends_with_every_message_in_its_place(undisturbed: Day):
    found = undisturbed.mailboxes()
    flagged = [("asap", ("\\Flagged",)), ("outage of the freezer", ("\\Flagged",))]
    stays = [] if undisturbed.moves else [*flagged, ("thrown away", ())]
    assert found.pop("0 INBOX") == sorted([(subject, ()) for subject in [*ALWAYS, *RETURNED]] + stays)
    copies = sorted(["Re: Frage", "Re: in a folder", *(_copies(undisturbed, "0", COPIES))])
    assert found.pop("0 Sent") == [(subject, SEEN) for subject in copies]
    assert found.pop("1 Sent") == [("Re: to the second", SEEN)]
    assert found.pop("0 Clients") == [("in a folder", ())]
    assert found.pop("1 INBOX") == [("to the second", ())]
    if undisturbed.moves:
        assert found.pop("0 Now") == flagged
        assert found.pop("0 Trash") == [("Re: Frage", ("\\Draft", "\\Seen")), ("thrown away", ())]
    else:
        assert found.pop("0 Drafts") == [("Re: Frage", ("\\Deleted", "\\Draft", "\\Seen"))]
    assert not any(found.values())


def test_nothing_is_done_outside_that_was_not_written_down_before(undisturbed: Day):
    written = acts = sendings = claims = 0
    for name in undisturbed.log.read_text().splitlines():
        written += name in ("ledger.begin.after", "ledger.claim.after")
        claims += name == "ledger.claim.after"
        acts += name in ("imap.move.before", "imap.copy.before", "imap.append.before")
        sendings += name == "smtp.mail.before"
        assert acts <= written
        assert sendings <= claims
    assert acts >= 8
    assert sendings == len(COPIES)


def test_wherever_it_dies_the_day_ends_the_same(undisturbed: Day):
    passed = undisturbed.log.read_text().splitlines()
    wrong: list[str] = []
    for place in _chosen(passed):
        deaths = (place, random.randrange(1, 60))  # the one that comes to put it in order dies too
        folder = undisturbed.folder / f"at{place}"
        folder.mkdir()
        day = Day(undisturbed.dovecot, undisturbed.sink, folder, undisturbed.actors, die_at=deaths)
        day.play()
        where = f"{deaths} {passed[place - 1]}, power cuts {day.cuts}"
        wrong += [f"{where}: {trouble}" for trouble in troubles(day, undisturbed)]
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)


def _chosen(passed: list[str]) -> list[int]:
    """All places; or a few, each kind of place as likely as any other, however often it is passed."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(passed, 1):
        places.setdefault(name, []).append(place)
    if TORTURE:
        return list(range(1, len(passed) + 1))
    return sorted(random.choice(places[name]) for name in random.sample(sorted(places), SAMPLE))


def troubles(day: Day, undisturbed: Day) -> Iterator[str]:
    """How a day on which the daemon died differs from one without, and what never may be."""
    if not day.deaths:
        yield "it did not die"
    replies = {(who, kind): state for who, kind, _, state in day.ledger()["replies"]}
    accepted = day.accepted()
    for what, count in accepted.items():
        if count > 1 or replies[what] not in ("sent", "in_doubt"):
            yield f"{what} went {count} times, and the ledger says {replies[what]}"
    for what, state in replies.items():
        if state == "sent" and accepted[what] != 1:
            yield f"{what} went {accepted[what]} times, and the ledger says sent"
    doubted = {what for what, state in replies.items() if state == "in_doubt"}
    yield from _differences("mailboxes", _compared(day, set()), _compared(undisturbed, doubted))
    yield from _differences("the ledger", _undoubted(day), _undoubted(undisturbed))
    open_effects = day.rows("SELECT key FROM effect WHERE state IN ('planned','trying')")
    yield from (f"still owed: {row}" for row in open_effects)
    yield from (f"open, and nobody was told: {row}" for row in day.rows(UNTOLD))


UNTOLD = """
SELECT p.id FROM promise p WHERE p.state = 'open' AND NOT EXISTS
(SELECT 1 FROM reply r WHERE r.promise = p.id AND r.state IN ('sent','in_doubt','drafted'))
AND NOT EXISTS (SELECT 1 FROM item i JOIN reply_item c ON c.item = i.id AND c.told = 1 JOIN reply r ON r.id = c.reply
  WHERE i.promise = p.id AND r.state IN ('sent','in_doubt','drafted'))
"""
COPIES: dict[Sending, tuple[str, str]] = {
    ("abe@acorn.example", "ack"): ("0", "Re: when today"),
    ("abe@acorn.example", "slip"): ("0", "Re: when today"),
    ("bea@birch.example", "ack"): ("0", "Re: asap as well"),
    ("gary@harbor.example", "ack"): ("0", "Re: question"),
    ("zoe@delta.example", "ack"): ("1", "Re: to the second"),
}
"""Every reply that goes, in whose Sent its copy lies, and its subject: Gary's is about his first message."""


def _copies(day: Day, user: str, sendings: Iterable[Sending]) -> list[str]:
    return [subject for whose, subject in (COPIES[each] for each in sendings) if whose == user]


def _compared(day: Day, doubted: set[Sending]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The mailboxes without copies of what is in doubt. A draft that was answered first never was one."""
    found = {name: list(messages) for name, messages in day.mailboxes().items()}
    if WARNED in found["0 INBOX"]:  # it comes in the second half of a promise, which begins when the reply went
        found["0 INBOX"].remove(WARNED)
    for user in "01":
        for subject in _copies(day, user, doubted):
            found[f"{user} Sent"].remove((subject, SEEN))
    for name in ("0 Trash", "0 Drafts"):
        found[name] = [one for one in found[name] if one[0] != "Re: Frage"]
    return found


def _undoubted(day: Day) -> dict[str, list[tuple[Any, ...]]]:
    """The ledger, where a doubt counts as what it is about."""
    found = day.ledger()
    found["replies"] = [
        (who, kind, mode, "sent" if state == "in_doubt" else state) for who, kind, mode, state in found["replies"]
    ]
    return found


def _differences(what: str, mine: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for name in mine.keys() | other.keys():
        if mine.get(name) != other.get(name):
            yield f"{what}, {name}: {mine.get(name)}, not {other.get(name)}"
