"""A day as the daemon lives it, played over a ledger alone: arrivals, moves, replies, answers, hands, the promise clock.

What happens outside (a message moved, a mail accepted) is appended to a file, so that it survives the death of the
process; the day goes on after any restart where it stood, and looks outside before it does again what was begun.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from support.ledgerkit import (
    ANNE,
    DAY,
    GARY,
    HOUR,
    MINUTE,
    MONDAY,
    answered,
    daily,
    identified,
    joining,
    later,
    left,
    mail,
    urgent,
)
from triaged.core.decision import Decision, Flag, Forward
from triaged.core.facts import Facts
from triaged.ledger import (
    Accepted,
    AccountRow,
    Arriving,
    Attempt,
    ByHand,
    Claimed,
    EffectRow,
    FolderRow,
    InHand,
    Ledger,
    NewEffect,
    NewReply,
    Place,
    ReplyRow,
    Response,
    SentSeen,
    SentWindow,
    Watermark,
    WhenLate,
    Window,
)

TOM = replace(GARY, local="tom", domain="roth.example")
STEPS = tuple(MONDAY + n * 30 * MINUTE for n in range(8)) + tuple(MONDAY + n * 12 * HOUR for n in range(1, 9))


@dataclass(frozen=True)
class Letter:
    """A message that will arrive, and what is decided about it."""

    uid: int
    at: datetime
    decision: Decision
    references: tuple[str, ...] = ()
    sender: str = GARY.key


def _letters() -> tuple[Letter, ...]:
    first = replace(answered(MONDAY, promise=MONDAY + 2 * DAY), spends_pass=True)
    call = replace(answered(MONDAY + HOUR, to=ANNE), promise=later(MONDAY + DAY, "call"))
    passed_on = replace(left(), effects=(Flag(), Forward("tom", TOM)))
    stop = replace(left(), opt_out=True, sender=ANNE.key, correspondent=ANNE.key)
    return (
        Letter(1, MONDAY, first),
        Letter(2, MONDAY + MINUTE, answered(MONDAY, promise=MONDAY + DAY)),
        Letter(3, MONDAY + HOUR, call, sender=ANNE.key),
        Letter(4, MONDAY + HOUR, passed_on),
        Letter(5, MONDAY + 2 * HOUR, urgent()),
        Letter(6, MONDAY + 3 * HOUR, answered(MONDAY + 3 * HOUR, promise=MONDAY + 2 * DAY), ("<1@client>",)),
        Letter(7, MONDAY + 36 * HOUR, answered(MONDAY + 36 * HOUR, promise=MONDAY + 3 * DAY)),
        Letter(8, MONDAY + 3 * DAY, stop, sender=ANNE.key),
    )


LETTERS = _letters()
MINE = (  # UID in Sent, when, in answer to
    (1, MONDAY + 12 * HOUR, "<4@client>"),
    (2, MONDAY + 60 * HOUR, "<1@client>"),
)
HANDS = ((MONDAY + 90 * MINUTE, "<3@client>", "released"),)


class Outside:
    """The mailbox and the submission server, as far as a test must remember them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def did(self, what: str) -> None:
        out = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(out, f"{what}\n".encode())
        os.close(out)

    def done(self) -> list[str]:
        return self._file.read_text().splitlines() if self._file.exists() else []


def where(folder: Path) -> Path | str:
    """The ledger of a day: a file in its folder, or what a file there says."""
    elsewhere = folder / "ledger"
    return elsewhere.read_text() if elsewhere.exists() else folder / "triaged.db"


class Day:
    """One process of the daemon, from its start to the end of the day or its death."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(where(folder))
        self.outside = Outside(folder / "outside")
        self.now = MONDAY

    def play(self) -> None:
        """From where it stood to the end."""
        begun = sum(line == "step" for line in self.outside.done())
        self.now = STEPS[min(begun, len(STEPS) - 1)]
        self.ledger.recover(self.now)
        self.account = self._account()
        for step in STEPS[begun:]:
            self.now = step
            self._step()
            self.outside.did("step")
        self.ledger.purge(self.now, 100 * DAY)
        self.ledger.checkpoint(self.now)
        self.ledger.stopping(self.now)
        self.ledger.close()

    def _account(self) -> AccountRow:
        row = self.ledger.register("dana", ["dana@imap.example"], self.now)["dana@imap.example"]
        for name, role, uidvalidity in (("INBOX", "watch", 7), ("Deferred", "deferred", 9), ("Sent", "sent", 8)):
            if self.ledger.folder(row.id, name) is None:
                self.ledger.put_folder(FolderRow(row.id, name, role, uidvalidity, 1, 1))
        self.ledger.learn(row.id, saves_sent=False)
        self.ledger.ruleset("rules", "the rules", self.now)
        return row

    def _step(self) -> None:
        self._hands()
        self._admit()
        self._effects()
        self._sent_folder()
        self._replies()
        self._promises()

    def _admit(self) -> None:
        folder = self.ledger.folder(self.account.id, "INBOX")
        assert folder is not None
        come = [letter for letter in LETTERS if letter.at <= self.now and letter.uid >= folder.next_uid]
        if not come:
            return
        place = Place("INBOX", 7, come[0].uid)
        if come[0].uid == 2:  # its first fetch failed
            self.ledger.strike(InHand(self.account, place, self.now))
        messages = [self._arriving(letter) for letter in come]
        decisions = {letter.uid: letter.decision for letter in come}

        def decide(arriving: Arriving, facts: Facts) -> Decision:
            assert arriving.place is not None
            return joining(decisions[arriving.place.uid])(arriving, facts)

        window = Window(self.account, self.now, messages, come[-1].uid + 1, "rules")
        self.ledger.admit(window, decide)

    def _arriving(self, letter: Letter) -> Arriving:
        return Arriving(
            identified(
                mail(letter.uid, at=letter.at, references=letter.references, sender=letter.sender),
                correspondent=letter.sender,
            ),
            letter.at,
            mode="draft" if letter.uid == 7 else "send",
            place=Place("INBOX", 7, letter.uid),
            new_message_id=f"<reply{letter.uid}@roth.example>",
            excerpt="an excerpt",
        )

    def _effects(self) -> None:
        for effect in self.ledger.due_effects(self.account.id, self.now):
            act = f"effect {effect.key}"
            if effect.state == "planned" or act not in self.outside.done():
                if not self.ledger.begin([effect.id], self.now, {"Deferred": 100}):
                    continue
                self.outside.did(act)
            self.ledger.done(effect.id, self.now, self._target(effect))

    def _target(self, effect: EffectRow) -> Place | None:
        if effect.kind == "aside":
            return Place("Deferred", 9, 100 + (effect.item or 0))
        if effect.kind == "back":
            return Place("INBOX", 7, 200 + (effect.item or 0))
        return None

    def _sent_folder(self) -> None:
        folder = self.ledger.folder(self.account.id, "Sent")
        assert folder is not None
        mine = [one for one in MINE if one[1] <= self.now and one[0] >= folder.next_uid]
        seen = [SentSeen(f"<mine{uid}@roth>", (about,), at, (GARY.key,)) for uid, at, about in mine]
        accepted = set(self.outside.done())
        seen += [
            SentSeen(reply.message_id, (), self.now, (reply.correspondent,), ours=reply.id)
            for reply in self.ledger.in_doubt_replies()
            if f"accept {reply.id}" in accepted
        ]
        if seen:
            next_uid = mine[-1][0] + 1 if mine else folder.next_uid
            self.ledger.saw_sent(SentWindow(self.account.id, self.now, seen, Watermark("Sent", next_uid)))

    def _replies(self) -> None:
        for reply in self.ledger.due_replies(self.now, self.account.id):
            claim = self.ledger.claim(reply.id, Attempt(b"octets", self.now, self.now, daily, items=reply.items))
            if isinstance(claim, Claimed):
                self._deliver(claim.reply)

    def _deliver(self, reply: ReplyRow) -> None:
        if reply.mode == "draft":
            self.ledger.drafted(reply.id, self.now, Place("Drafts", 1, reply.id))
            return
        if reply.kind == "forward" and reply.tries == 1 and f"refuse {reply.id}" not in self.outside.done():
            self.outside.did(f"refuse {reply.id}")
            self.ledger.retry_reply(reply.id, self.now + MINUTE, Response(451, "later"))
            return
        self.ledger.mark_data(reply.id)
        self.outside.did(f"accept {reply.id}")
        self.ledger.sent(reply.id, Accepted(self.now, Response(250, "ok"), saves_copy=True))

    def _hands(self) -> None:
        for at, message_id, what in HANDS:
            if at <= self.now:
                for (item,) in self.ledger.db.execute(
                    "SELECT id FROM item WHERE message_id = ?", (message_id,)
                ).fetchall():
                    assert what == "released"
                    self.ledger.hand(item, ByHand("released", Place("INBOX", 7, 300 + item), self.now))

    def _promises(self) -> None:
        for promise in self.ledger.promises_due(self.now, timedelta(hours=12)):
            if promise.kind == "call":
                self.ledger.call_kept(promise.id, self.now)
            elif promise.due_at <= self.now:
                slip = NewReply("slip", "slip", "en", f"<slip{promise.id}@roth>", self.now + MINUTE, "send")
                self.ledger.overdue(
                    promise.id, self.now, WhenLate(slip=slip, channels=("phone",), account=self.account.id)
                )
            elif promise.warned_at is None:
                args = {"promise": promise.id, "folder": "INBOX"}
                key, whose = f"warn:{promise.id}", self.account
                self.ledger.warned(
                    promise.id, self.now, NewEffect(key, "append", whose.person, self.now, whose.id, args=args)
                )


_COMPARED = {
    "folder": "name, uidvalidity, next_uid",
    "item": "id, message_id, verdict, state, folder, uidvalidity, uid, promise, answered_at, excerpt, thread",
    "effect": "key, kind, state, item, reply, due_at",
    "promise": "id, kind, due_at, first_due_at, state, closed_by",
    "reply": "id, kind, message_id, state, promise, tell_at, send_at, code",
    "reply_item": "reply, item",
    "correspondent": "person, address, client, last_reply, last_reply_at, opted_out_at",
    "sent": "message_id, thread, at, reply",
    "pass": "item, spent_at",
}


def end_state(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that must be equal however often the day was interrupted. A reply in doubt may have gone: it is equal to
    one that went, and only one whose acceptance nobody saw may be in doubt."""
    with Ledger.open(where(folder)) as ledger:
        ranks = {table: _ranks(ledger, table) for table in ("item", "promise")}
        return {table: list(_normal(ledger, table, names, ranks)) for table, names in _COMPARED.items()}


_NUMBERED = {
    "item": {0: "item", 7: "promise"},
    "effect": {3: "item"},
    "promise": {0: "promise"},
    "reply": {4: "promise"},
    "reply_item": {1: "item"},
    "pass": {0: "item"},
}
"""Which columns of these hold the number of a message or of a promise."""


def _ranks(ledger: Ledger, table: str) -> dict[int, int]:
    """A server gives no number again that it gave to what was undone: which is the first, the second …"""
    found = ledger.db.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()
    return {number: rank for rank, (number,) in enumerate(found, 1)}


def _ranked(table: str, row: tuple[Any, ...], ranks: dict[str, dict[int, int]]) -> tuple[Any, ...]:
    places = {at: ranks[of].get(row[at], row[at]) for at, of in _NUMBERED.get(table, {}).items()}
    if table == "effect" and row[3] is not None:
        places[0] = row[0].replace(f":{row[3]}", f":{places[3]}", 1)
    if table == "item" and row[6] is not None and row[6] > 100:  # where the day puts it, by its number
        places[6] = row[6] - row[0] + places[0]
    named = {"effect": (0, r"(?<=^warn:)\d+|(?<=^notify:promise:)\d+"), "reply": (2, r"(?<=^<slip)\d+")}.get(table)
    if named is not None:
        at, number = named
        name = places.get(at, row[at])
        places[at] = re.sub(number, lambda found: str(ranks["promise"].get(int(found[0]), found[0])), name)
    return tuple(places.get(at, value) for at, value in enumerate(row))


def _normal(ledger: Ledger, table: str, names: str, ranks: dict[str, dict[int, int]]) -> Iterator[tuple[object, ...]]:
    found = ledger.db.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2").fetchall()
    for row in sorted((_ranked(table, each, ranks) for each in found), key=repr):
        if table == "reply":
            doubtful = ("sent", None) if row[3] in ("sent", "in_doubt") else (row[3], row[7])
            yield (*row[:3], doubtful, *row[4:7])
        elif table == "sent" and row[3] is not None:
            continue  # our own copy is noted when it is seen; a reply in doubt that was never taken has none
        else:
            yield row
