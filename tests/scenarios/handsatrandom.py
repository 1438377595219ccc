"""Two mailboxes, mail of two clients, and hands that do at random what people's hands do, beside a daemon that comes and goes."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from imapclient.exceptions import IMAPClientError

from scenarios.handsjudged import DONE, SNOOZED, WATCHED, Lying, Told, judge_mail, judge_places, judge_replies, saw
from scenarios.plays import ACCOUNT, CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage

TWO = CONSULTANT.replace(
    ACCOUNT,
    ACCOUNT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')
    + ACCOUNT.replace("account.work", "account.second").replace("dana@", "d.roth@").replace("$IMAP", "$IMAP2"),
)
SNOOZE = """
[snooze]
"Later" = "3 office hours"
"Tomorrow" = "start of next office day"
"Done" = "settled"
"""
TWO += SNOOZE
WRITERS = (GARY, MAY, PETRA, "Vera <vera@nobody.example>")
TOO_LATE = "Too late: "
"""A note of the daemon's own, for a hand that takes a message out after its reply has gone."""
PLACES = ("INBOX", "Clients", "Archive", "Trash", "Deferred", *SNOOZED, DONE)


_COMMON = frozenset({"\\Seen", "\\Flagged", "\\Answered", "\\Draft"})
T = TypeVar("T")


class Step(NamedTuple):
    """One thing that happens; the numbers choose among what there is then, so that a walk without it is still a walk."""

    what: str
    one: float
    other: float


STEPS: dict[str, int] = {
    "arrives": 14, "drag": 12, "undo": 4, "copy": 2, "copy_and_expunge": 3, "delete": 3, "mark": 4, "unmark": 4, "read": 4, "answer": 3,
    "answered": 2, "upload": 2, "two_at_once": 3, "look": 12, "minutes": 6, "morning": 3, "stop": 3, "kill": 3, "start": 5,
}  # fmt: skip


def steps(seed: int, number: int) -> list[Step]:
    """A walk of that many steps."""
    chance = random.Random(seed)
    drawn = chance.choices(list(STEPS), list(STEPS.values()), k=number)
    return [Step(what, chance.random(), chance.random()) for what in drawn]


@dataclass(slots=True)
class Walk:
    """Hands at work on a stage, and what they remember of it."""

    stage: Stage
    told: dict[str, Told] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    replies: int = 0
    running: bool = False

    async def begin(self) -> None:
        """Folders, old mail in them, and first contact."""
        self.stage.write_config()
        for mailbox, user in enumerate(self.stage.users):
            with self.stage.server.client(user) as client:
                for name in map(self._real, PLACES[1:]):
                    if not client.folder_exists(name):
                        client.create_folder(name)
            for place in ("INBOX", "Deferred"):
                self._stores(GARY, mailbox, place).old = True
        await self._start()
        await self.stage.to("tue 10:00")
        self._saw()

    async def take(self, step: Step) -> None:
        """One step; then whatever is wrong already.

        Raises:
            AssertionError: something is.
        """
        if step.what in ("stop", "kill", "start", "look", "minutes", "morning"):
            await getattr(self, f"_{step.what}")(step)
        else:
            getattr(self, f"_{step.what}")(step)
        if self.running:
            self._judge_replies()
        if self.running and step.what in ("start", "look", "morning"):
            self._saw()
            judge_mail(self.told, self.lying())

    async def end(self) -> None:
        """Days without a hand; then nothing may be left undone.

        Raises:
            AssertionError: something is.
        """
        await self._start()
        self._saw()
        for _ in range(2):
            await self.stage.later(days=5)
            self.stage.daemon.sweep()
            await self.stage.quiet()
            self._judge_replies()
        lying = self.lying()
        judge_mail(self.told, lying)
        judge_places(self.told, lying)
        marked = {one.subject for one in lying if "\\Deleted" in one.flags}
        aside = {subject for (subject,) in self.stage.rows("SELECT subject FROM item WHERE state = 'aside'")}
        assert aside <= marked, f"believed put aside for ever: {sorted(aside - marked)}"

    # --- what happens -------------------------------------------------------------------------------------------

    def _arrives(self, step: Step) -> None:
        mailbox = int(step.other * 2)
        places = sorted(WATCHED[mailbox])
        self._stores(_of(WRITERS, step.one), mailbox, _of(places, step.other * 2 % 1))

    def _stores(self, sender: str, mailbox: int, place: str) -> Told:
        subject = f"{'outage' if sender == MAY else 'question'} {len(self.told)}"
        told = self.told[subject] = Told(mailbox, place, sender)
        self.known.append(
            self.stage.store(sender, subject, folder=self._real(place), user=self.stage.users[mailbox],
                             message_id=f"<{len(self.told) - 1}@hands.example>")
        )  # fmt: skip
        return told

    def _drag(self, step: Step) -> None:
        if lying := self._one(step.one):
            places = [place for place in PLACES if place != lying.folder]
            self._drags(lying, _of(places, step.other))

    def _drags(self, lying: Lying, place: str) -> None:
        user = self.stage.users[lying.mailbox]
        self.stage.server.move(user, self._real(lying.folder), lying.uid, self._real(place))
        self.told[lying.subject].puts(place)

    def _undo(self, step: Step) -> None:
        """Out and back at once."""
        if lying := self._one(step.one):
            places = [place for place in PLACES if place != lying.folder]
            self._drags(lying, _of(places, step.other))
            there = [
                one for one in self.lying() if one.subject == lying.subject and one.folder == _of(places, step.other)
            ]
            self._drags(there[-1], lying.folder)

    def _copy(self, step: Step) -> None:
        if lying := self._one(step.one):
            with self.stage.server.client(self.stage.users[lying.mailbox], self._real(lying.folder)) as client:
                client.copy([lying.uid], self._real(_of(PLACES, step.other)))
            told = self.told[lying.subject]
            told.copies, told.copied = told.copies + 1, True

    def _copy_and_expunge(self, step: Step) -> None:
        """As a telephone moves: it copies, marks the first as deleted, and expunges it, now or never."""
        if lying := self._one(step.one):
            user, source = self.stage.users[lying.mailbox], self._real(lying.folder)
            place = _of([place for place in PLACES if place != lying.folder], step.other)
            with self.stage.server.client(user, source) as client:
                client.copy([lying.uid], self._real(place))
            self.stage.server.delete(user, source, lying.uid)
            self.told[lying.subject].put = place

    def _two_at_once(self, step: Step) -> None:
        """Two mail programs have it before them: one moves it, the other one copies it elsewhere, if it still can."""
        if lying := self._one(step.one):
            user, source = self.stage.users[lying.mailbox], self._real(lying.folder)
            places = [place for place in PLACES if place != lying.folder]
            told, server = self.told[lying.subject], self.stage.server
            with server.client(user, source) as one, server.client(user, source) as other:
                one.copy([lying.uid], self._real(_of(places, step.other)))
                one.delete_messages([lying.uid], silent=True)
                with suppress(IMAPClientError):
                    other.copy([lying.uid], self._real(_of(places, 1 - step.other)))
                one.expunge([lying.uid])
            told.puts(_of(places, step.other))
            there = sum(each.subject == lying.subject for each in self.lying())
            told.copied |= there > told.copies
            told.copies = there

    def _upload(self, step: Step) -> None:
        """A mail program that puts a changed message in the place of the old one."""
        if lying := self._one(step.one):
            user, folder = self.stage.users[lying.mailbox], self._real(lying.folder)
            (raw,) = (one for one in self.stage.server.messages(user, folder) if one.uid == lying.uid)
            self.stage.server.append(user, folder, raw.raw, raw.arrived, sorted(raw.flags - {"\\Deleted"} & _COMMON))
            self.stage.server.delete(user, folder, lying.uid)
            self.told[lying.subject].puts(self.told[lying.subject].put or lying.folder)

    def _delete(self, step: Step) -> None:
        if lying := self._one(step.one):
            self.stage.server.delete(self.stage.users[lying.mailbox], self._real(lying.folder), lying.uid)
            self.told[lying.subject].copies -= 1

    def _mark(self, step: Step) -> None:
        self._flags(self._one(step.one), "\\Deleted")

    def _unmark(self, step: Step) -> None:
        marked = [one for one in self.lying() if "\\Deleted" in one.flags]
        if marked:
            lying = _of(marked, step.one)
            self._flags(lying, remove=["\\Deleted"])
            told = self.told[lying.subject]
            if not told.old:
                told.puts(lying.folder)  # as if it were put there now

    def _read(self, step: Step) -> None:
        if lying := self._one(step.one):
            self._flags(lying, "\\Seen")
            self.told[lying.subject].read = True

    def _answered(self, step: Step) -> None:
        if lying := self._one(step.one):
            self._flags(lying, "\\Answered")
            self.told[lying.subject].answered = True

    def _answer(self, step: Step) -> None:
        """From another device: the copy lies in Sent."""
        if lying := self._one(step.one):
            number = int(lying.subject.split()[1])
            sender, user = self.told[lying.subject].sender, self.stage.users[lying.mailbox]
            self.stage.answers(self.known[number], sender, folder=self._real("Sent"), user=user)
            self.told[lying.subject].answered = True

    def _flags(self, lying: Lying | None, *add: str, remove: Sequence[str] = ()) -> None:
        if lying is not None:
            user = self.stage.users[lying.mailbox]
            self.stage.server.flag(user, self._real(lying.folder), lying.uid, *add, remove=remove)

    async def _look(self, step: Step) -> None:
        """At everything: the second watched folder is asked once a minute."""
        await self.stage.later(minutes=2)
        if self.running:
            self.stage.daemon.sweep()
            await self.stage.quiet()

    async def _minutes(self, step: Step) -> None:
        await self.stage.later(minutes=1 + round(40 * step.one))

    async def _morning(self, step: Step) -> None:
        await self.stage.to("09:05")

    async def _start(self, step: Step | None = None) -> None:
        if not self.running:
            await self.stage.open()
            self.running = True
            self.stage.daemon.sweep()
            await self.stage.quiet()

    async def _stop(self, step: Step) -> None:
        await self.stage.close()
        self.running = False

    async def _kill(self, step: Step) -> None:
        """In the middle of a look."""
        if self.running:
            self.stage.daemon.sweep()
            await asyncio.sleep(0.06 * step.one)
            await self.stage.kill()
            self.running = False

    # --- what there is ------------------------------------------------------------------------------------------

    def _real(self, place: str) -> str:
        """The folder's name on this server, whose levels may be joined by points."""
        server = self.stage.server
        return server.real(place).replace("/", ".") if server.prefix.endswith(".") else server.real(place)

    def _one(self, chance: float) -> Lying | None:
        lying = self.lying()
        return _of(lying, chance) if lying else None

    def lying(self) -> list[Lying]:
        """All of it, wherever it lies; what I have written left out."""
        found: list[Lying] = []
        for mailbox, user in enumerate(self.stage.users):
            with self.stage.server.client(user) as client:
                for place in PLACES:
                    client.select_folder(self._real(place), readonly=True)
                    uids = client.search("ALL")
                    fetched = client.fetch(uids, ["FLAGS", "ENVELOPE"]) if uids else {}
                    for uid, data in sorted(fetched.items()):
                        subject, flags = (
                            data[b"ENVELOPE"].subject.decode(),
                            frozenset(map(bytes.decode, data[b"FLAGS"])),
                        )
                        if not subject.startswith(TOO_LATE):
                            found.append(Lying(mailbox, place, uid, subject, flags))
        return found

    def _saw(self) -> None:
        saw(self.told, self.lying())

    def _judge_replies(self) -> None:
        sent = self.stage.sent()
        judge_replies(self.told, sent, self.replies)
        self.replies = len(sent)


def _of(choices: Sequence[T], chance: float) -> T:
    return choices[int(chance * len(choices))]


async def walk(stage: Stage, taken: Sequence[Step]) -> None:
    """Take these steps, and judge.

    Raises:
        AssertionError: something is lost, doubled, stranded, read or answered.
    """
    hands = Walk(stage)
    try:
        await hands.begin()
        for step in taken:
            await hands.take(step)
        await hands.end()
    finally:
        await stage.close()
