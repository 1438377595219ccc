"""The sections of the digest, the most pressing first, each with what the headline says of it. A day in, sections out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from triaged.account.preparing import preview
from triaged.ledger import Ledger
from triaged.ledger.entries import HistoryRow, Item, Line, ReplyRow
from triaged.person import unsent
from triaged.person.digestday import Day
from triaged.person.digestentries import Writer
from triaged.person.mailpage import Entry
from triaged.person.personcontext import PersonContext

NOT_ACKNOWLEDGED = frozenset(
    {"recently-replied", "rate-limit", "unauthenticated", "opted-out", "bounced", "too-old", "no-promise",
     "no-valid-address", "encrypted", "malformed-sender", "envelope-mismatch"}
)  # fmt: skip
"""Reasons for which a client who wrote himself heard nothing, although a rule asked for a reply."""


@dataclass(frozen=True, slots=True)
class Told:
    """A heading and what stands below it. `head`: its word in the headline, "" where it is in none."""

    title: str
    entries: Sequence[Entry]
    head: str = ""


class Sections:
    """Writes the sections of one day."""

    def __init__(self, context: PersonContext, day: Day) -> None:
        self._context, self._day = context, day
        self._writer = Writer(context)
        self._words = self._writer.words

    async def short(self) -> list[Told]:
        """The morning's: what waits, what is promised for today, what did not go."""
        return _there([self._urgent(), self._promised(), await self._held(), await self._drafts()])

    async def all(self) -> list[Told]:
        """Everything, the most pressing first."""
        return _there(
            [
                self._urgent(), self._promised(), await self._held(), await self._drafts(),
                await self._replies("going_out", self._goes), self._back(), self._aside(), self._stuck(), self._not_acknowledged(), await self._cancelled(),
                self._answered_you(),
            ]
        )  # fmt: skip

    def _urgent(self) -> Told:
        """Whenever it came."""
        promises = {row.item.id: row.promise for row in self._day.history}
        notes = {
            item.id: (*self._writer.promise(promises.get(item.id)), *self._writer.place(item))
            for item in self._day.urgent
        }
        return Told(self._words.urgent_open, self._writer.messages(self._day.urgent, notes), "waits")

    def _promised(self) -> Told:
        entries = []
        for one in self._day.promised:
            notes = self._writer.promise(one.promise)
            open_items = [item for item in one.items if item.answered_at is None] or list(one.items)
            if open_items:
                last = open_items[-1]
                entries += self._writer.messages(open_items, {last.id: (*notes, *self._writer.place(last))})[-1:]
        return Told(self._words.promised_today, entries, "promised")

    async def _held(self) -> Told:
        return await self._replies("unsent_title", self._unsent, "held")

    def _unsent(self, reply: ReplyRow) -> tuple[str, ...] | None:
        if not unsent.waits_for_her(reply, self._day.since):
            return None
        return (self._words.unsent[reply.state].format(reply=reply.id, reason=reply.reason or ""),)

    async def _drafts(self) -> Told:
        """What lies before her, and the client has not got."""
        return await self._replies("drafts", self._drafted, "drafts")

    def _drafted(self, reply: ReplyRow) -> tuple[str, ...] | None:
        if reply.state != "drafted" or reply.reason is not None:
            return None
        since = self._writer.phrasing.when(reply.ended_at or reply.send_at)
        return (self._words.draft_note.format(at=since), *self._tells(reply))

    def _tells(self, reply: ReplyRow) -> tuple[str, ...]:
        """The moment that it names; an apology names one that has passed."""
        if reply.tell_at is None or reply.kind == "slip":
            return ()
        return (self._words.tells.format(at=self._writer.phrasing.when(reply.tell_at)),)

    def _goes(self, reply: ReplyRow) -> tuple[str, ...] | None:
        if reply.state not in ("waiting", "sending"):
            return None
        return self._tells(reply)

    async def _replies(
        self, title: str, notes_of: Callable[[ReplyRow], tuple[str, ...] | None], head: str = "out"
    ) -> Told:
        """Those of the queue about which there is something to say."""
        entries = []
        for reply in self._day.queue:
            notes = notes_of(reply)
            if notes is not None:
                entry = self._writer.reply(reply, await self._subject(reply), reply.send_at, *notes)
                entries.append(replace(entry, letter=await self._letter(reply)))
        return Told(getattr(self._words, title), entries, head)

    async def _letter(self, reply: ReplyRow) -> str:
        """What a client would read, while it can still be stopped."""
        account = self._context.account_of(reply.account)
        return await preview(account.loop, reply) if account is not None and reply.state in ("waiting", "held") else ""

    async def _subject(self, reply: ReplyRow) -> str | None:
        item = await self._context.write(Ledger.item, reply.items[0]) if reply.items else None
        return item.subject if item is not None else None

    async def _cancelled(self) -> Told:
        entries = [
            self._writer.reply(
                reply, await self._subject(reply), reply.ended_at or reply.send_at,
                self._words.cancelled_note.format(reason=reply.reason or ""),
            )
            for reply in self._day.cancelled
        ]  # fmt: skip
        return Told(self._words.cancelled, entries)

    def _back(self) -> Told:
        rows = self._day.back
        return Told(self._words.came_back, self._rows(rows, lambda row: self._writer.promise(row.promise)), "back")

    def _aside(self) -> Told:
        """All that lies there now, with when it comes back and what was promised."""
        phrasing, notes = self._writer.phrasing, {}
        for row in self._day.aside:
            back = (self._words.comes_back.format(at=phrasing.when(row.until)),) if row.until is not None else ()
            notes[row.item.id] = (*back, *self._writer.promise(row.promise), *phrasing.answered(row.item))
        return Told(self._words.put_aside, self._writer.messages([row.item for row in self._day.aside], notes), "aside")

    def _stuck(self) -> Told:
        return Told(self._words.not_movable, self._rows([row for row in self._day.arrived if self._is_stuck(row.item)]))

    def _is_stuck(self, item: Item) -> bool:
        """Whether it should have been put aside, and lies where it is because its account can move nothing."""
        if item.state != "here" or item.verdict != "deferrable" or item.answered_at is not None:
            return False
        account = self._context.account_of(item.account)
        layout = account.loop.layout if account is not None else None
        return layout is not None and not layout.movable

    def _not_acknowledged(self) -> Told:
        """Whom nothing was said to, though a rule wanted it; or not the moment of this very thread."""
        rows = [
            row
            for row in self._day.arrived
            if row.item.answered_at is None and row.item.state != "gone" and self._why_silent(row) is not None
        ]
        return Told(
            self._words.not_acknowledged,
            self._rows(rows, lambda row: (self._words.no_reply.format(reason=self._why_silent(row)),)),
        )

    def _why_silent(self, row: HistoryRow) -> str | None:
        item, decided = row.item, row.item.decision or {}
        if row.acknowledged_at is None:
            return item.no_reply if item.no_reply in NOT_ACKNOWLEDGED and not item.automatic else None
        return self._words.not_told if row.promise is None and decided.get("promise") else None

    def _answered_you(self) -> Told:
        """A yes or a thank-you to a mail of mine: nothing to do, and good to know."""
        rows = [row for row in self._day.arrived if {"courtesy", "reply"} <= set(row.item.kind)]
        return Told(self._words.answered_you, self._rows(rows))

    def _rows(
        self, rows: Sequence[HistoryRow], note: Callable[[HistoryRow], tuple[str, ...]] = lambda _: ()
    ) -> list[Entry]:
        notes: Mapping[int, tuple[str, ...]] = {
            row.item.id: (*note(row), *self._writer.phrasing.answered(row.item)) for row in rows
        }
        return self._writer.messages([row.item for row in rows], notes)


def _there(sections: Sequence[Told]) -> list[Told]:
    return [one for one in sections if one.entries]


def lines_of(told: Sequence[Told]) -> Iterator[Line]:
    """What the entries stand for."""
    yield from (entry.line for one in told for entry in one.entries if entry.line is not None)
