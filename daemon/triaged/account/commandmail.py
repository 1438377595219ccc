"""Commands by mail: what a person answers to a mail of ours; days away and a pause that she mails to herself.

A command is found in Sent, proved to be put there by her, to nobody but herself; an answer names that very mail of ours in
In-Reply-To (core.trust: a command by mail). It is carried out as the same command would be, and confirmed in the thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from triaged.account.ownnotes import OwnNote, lay
from triaged.account.visit import Visit
from triaged.core.address import is_mine
from triaged.core.awaywords import days_away
from triaged.core.calls import Schedule
from triaged.core.entrynumbers import joined
from triaged.core.mailcommands import OFF, Answer, Command, answer, away_command, entries_of, is_needed, pause_command
from triaged.core.message import Message
from triaged.core.reply import Origin
from triaged.core.trust import Act, Level, may
from triaged.core.untilwords import NoTime, until
from triaged.core.wording import short_date
from triaged.ids import is_as_made
from triaged.ledger import Ledger, Line
from triaged.ledger.entries import Item, NotDone, ReplyRow
from triaged.ledger.settling import Settled, Snooze
from triaged.mailbox import Fetched
from triaged.words import LEXICON

Sent = tuple[Fetched, Message, Level]
"""A mail in Sent, read, and how sure we are that I have put it there."""


async def take(visit: Visit, sent: Sequence[Sent]) -> None:
    """Carry out what is a command among mails that were newly seen in the selected Sent folder."""
    for fetched, message, level in sent:
        if may(Act.COMMAND, level) and _to_me_alone(visit, message):
            await _take(visit, fetched, message)


def _to_me_alone(visit: Visit, message: Message) -> bool:
    recipients = (*message.to, *message.cc, *message.bcc)
    return bool(recipients) and all(is_mine(one, visit.person.addresses) for one in recipients)


async def _take(visit: Visit, fetched: Fetched, message: Message) -> None:
    key = f"confirm:{message.message_id}"
    if message.message_id is None or await visit.write(Ledger.effect, key) is not None:
        return
    language = visit.person.language
    if (days := away_command(message.subject or "", language)) is not None:
        await _confirm(visit, message, await _away(visit, days))
        return
    if (words := pause_command(message.subject or "", language)) is not None:
        await _confirm(visit, message, await _pause(visit, words))
        return
    ours = message.in_reply_to[0] if len(message.in_reply_to) == 1 else ""
    if not is_as_made(ours) or not await visit.write(Ledger.is_note, visit.row.id, ours):
        return
    for whole in await visit.session.fetch([fetched.uid], text=True):
        said = answer(whole.as_message().new_text, language)
        if is_needed(said):
            await _confirm(visit, message, await _Answering(visit, ours, await _lines(visit, ours)).carry_out(said))


async def _lines(visit: Visit, ours: str) -> dict[int, Line]:
    """What its numbers stand for; a warning is about one message."""
    found = await visit.write(Ledger.lines, ours)
    about = None if found else await visit.write(Ledger.note_is_about, visit.row.id, ours)
    return {1: Line((about.id,))} if about is not None else found


@dataclass(slots=True)
class _Said:
    """What there is to tell her, a line each. `clear`: all was understood and done."""

    lines: list[str] = field(default_factory=list)
    clear: bool = True

    def unclear(self, line: str) -> None:
        self.lines.append(line)
        self.clear = False


async def _away(visit: Visit, words: str) -> _Said:
    said, phrases = _Said(), _phrases(visit)
    try:
        days = days_away(words, visit.now(), visit.person)
    except NoTime:
        said.unclear(phrases["no_days"].format(words=words))
        return said
    await visit.write(Ledger.be_away, visit.row.person, days, "mail")
    zone, language = visit.person.worktime.zone, visit.person.language
    told = [
        short_date(datetime(day.year, day.month, day.day, 12, tzinfo=zone), language, zone)
        for day in dict.fromkeys(days)
    ]
    said.lines.append(phrases["away"].format(days=" – ".join(told)))
    visit.on_news()
    return said


async def _pause(visit: Visit, words: str) -> _Said:
    """Begin a pause, or end it. How far triaged goes is never changed by mail: what sends more is said at the machine."""
    said, phrases, person = _Said(), _phrases(visit), visit.person
    if words == OFF:
        await visit.write(Ledger.resume, visit.row.person, "mail")
        said.lines.append(phrases["goes_on"])
        visit.on_news()
        return said
    try:
        at = until(words, visit.now(), Schedule(person.worktime), person.language) if words else None
    except NoTime:
        said.unclear(phrases["no_time"].format(words=words))
        return said
    await visit.write(Ledger.pause, visit.row.person, at, "mail")
    said.lines.append(phrases["paused_until"].format(at=_when(visit, at)) if at else phrases["paused"])
    visit.on_news()
    return said


def _when(visit: Visit, at: datetime) -> str:
    zone = visit.person.worktime.zone
    return f"{short_date(at, visit.person.language, zone)} {at.astimezone(zone):%H:%M}"


class _Answering:
    """One answer on its way into the ledger."""

    def __init__(self, visit: Visit, ours: str, lines: dict[int, Line]) -> None:
        self.visit, self.ours, self.lines = visit, ours, lines
        self.said, self.phrases = _Said(), _phrases(visit)

    async def carry_out(self, answered: Answer) -> _Said:
        """Each command by itself; what is not understood is told."""
        for command in answered.commands:
            await self._command(command)
        for line in answered.unclear:
            if answered.commands and not self._names_one(line):
                continue  # the street and number of a signature
            self.said.unclear(self.phrases["unclear"].format(words=line))
        if not self.said.clear:
            self.said.lines.append(self.phrases["how"])
        self.visit.on_news()
        return self.said

    def _names_one(self, line: str) -> bool:
        """Whether a line that was not understood begins with the number of an entry, or with none that can be read."""
        numbers = entries_of(line, self.visit.person.language)
        return not numbers or not self.lines.keys().isdisjoint(numbers)

    async def _command(self, command: Command) -> None:
        match command.act:
            case "pause":
                paused = await _pause(self.visit, command.words)
                self.said.lines += paused.lines
                self.said.clear = self.said.clear and paused.clear
            case "go":
                self.said.unclear(self.phrases["not_by_mail"].format(words=command.words))
            case _ if command.everything:
                await self._ask_back()
            case _:
                await self._about_entries(command)

    async def _about_entries(self, command: Command) -> None:
        numbers = command.numbers or (tuple(self.lines) if len(self.lines) == 1 else ())
        if not numbers:
            self.said.unclear(self.phrases["which"].format(words=command.words or command.act))
        for number in numbers:
            line = self.lines.get(number)
            if line is None:
                self.said.unclear(self.phrases["no_entry"].format(number=number))
            elif command.act == "not_send":
                await self._do_not_send(line)
            else:
                for item in line.items:
                    await self._item(command, item)

    async def _ask_back(self) -> None:
        """It is said too easily that all is settled: which are they?"""
        is_open = [number for number, line in self.lines.items() if await self._still_open(line)]
        numbers = joined(is_open)
        self.said.unclear(
            self.phrases["everything"].format(numbers=numbers) if is_open else self.phrases["nothing_open"]
        )

    async def _still_open(self, line: Line) -> bool:
        items = [await self.visit.write(Ledger.item, item) for item in line.items]
        return any(item is not None and not self._why_closed(item) for item in items)

    async def _item(self, command: Command, number: int) -> None:
        item = await self.visit.write(Ledger.item, number)
        if item is None:
            return
        if why := self._why_closed(item):  # it has changed since: left as it is
            self.said.unclear(self.phrases["changed"].format(subject=_named(item), why=self.phrases[why]))
        elif command.act == "settled":
            [done] = await self.visit.write(Ledger.settle, [item.id], self.visit.now(), "mail")
            if isinstance(done, Settled):
                self.said.lines.append(self.phrases["settled"].format(subject=_named(item)))
        else:
            await self._put_off(command, item)

    async def _put_off(self, command: Command, item: Item) -> None:
        visit, person = self.visit, self.visit.person
        client = person.roster.by_label(item.client) if item.client else None
        schedule = person.schedule(client) if client is not None else Schedule(person.worktime)
        try:
            at = until(command.words, visit.now(), schedule, person.language)
        except NoTime:
            self.said.unclear(self.phrases["no_time"].format(words=command.words))
            return
        promised = person.worktime.last_hour(person.worktime.date_of(at))
        done = await visit.write(Ledger.snooze, item.id, Snooze(at, visit.now(), "mail", promised))
        if isinstance(done, NotDone):
            self.said.unclear(self.phrases["cannot"].format(subject=_named(item), why=done.why))
        else:
            self.said.lines.append(self.phrases["until"].format(subject=_named(item), at=_when(self.visit, at)))

    async def _do_not_send(self, line: Line) -> None:
        """The reply that the entry names, or those that wait about its messages."""
        write = self.visit.write
        about = [await write(Ledger.item, item) for item in line.items]
        subject = next((_named(item) for item in about if item is not None), "")
        replies = [reply for item in line.items for reply in await write(Ledger.replies_for, item)]
        if line.reply is not None:
            replies = [reply for reply in (await write(Ledger.reply, line.reply),) if reply is not None]
        waiting = [reply for reply in replies if reply.state in ("waiting", "held", "drafted")]
        for reply in {reply.id: reply for reply in waiting}.values():
            done = await write(Ledger.cancel_by_hand, reply.id, self.visit.now(), "mail")
            if not isinstance(done, NotDone):
                self.said.lines.append(self.phrases["not_sent"].format(subject=subject or reply.rcpt))
        if not waiting:
            self.said.unclear(self.phrases["changed"].format(subject=subject, why=self._why_not(replies)))

    def _why_not(self, replies: Sequence[ReplyRow]) -> str:
        went = [reply.ended_at for reply in replies if reply.state == "sent" and reply.ended_at is not None]
        return self.phrases["went"].format(at=_when(self.visit, max(went))) if went else self.phrases["nothing"]

    def _why_closed(self, item: Item) -> str:
        if item.answered_at is not None:
            return "answered"
        if item.settled_at is not None:
            return "was_settled"
        return "gone" if item.state == "gone" else ""


def _named(item: Item) -> str:
    return item.subject or item.sender or str(item.id)


def _phrases(visit: Visit) -> dict[str, str]:
    return dict(LEXICON.section(visit.person.language, "confirm"))


async def _confirm(visit: Visit, message: Message, said: _Said) -> None:
    """In the same thread, read if all was understood and done, else unread."""
    subject = message.subject or _phrases(visit)["away_title"]
    subject = subject if subject.casefold().startswith("re:") else f"Re: {subject}"
    origin = Origin(message.message_id, references=message.references)
    text = "\n".join(said.lines) + "\n"
    await lay(visit, OwnNote(f"confirm:{message.message_id}", subject, text, origin, read=said.clear))
