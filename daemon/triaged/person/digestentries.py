"""Messages and replies as entries of the digest: whose, since when, what was promised, when it comes back, where it lies.

A caller's notices are one entry, with how often and when.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from triaged.core.kinds import CALLERS
from triaged.ledger.entries import Item, Line, PromiseRow, ReplyRow
from triaged.person.mailpage import Entry
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing


class Writer:
    """Writes entries for one person."""

    def __init__(self, context: PersonContext) -> None:
        self._context = context
        self.phrasing = Phrasing.of(context.person)
        self.words = self.phrasing.words

    def message(self, item: Item, *notes: str) -> Entry:
        """One message."""
        entry = self.phrasing.entry(item, *notes)
        return Entry(
            entry.at, self._whose(entry.who, item.client), entry.subject, entry.excerpt, notes, Line((item.id,))
        )

    def messages(self, items: Iterable[Item], notes: Mapping[int, tuple[str, ...]]) -> list[Entry]:
        """Messages in their order; those of a caller together, where the first of them stands."""
        callers: dict[tuple[str | None, str | None], list[Item]] = {}
        found: list[Item | list[Item]] = []
        for item in items:
            if CALLERS.isdisjoint(item.kind):
                found.append(item)
                continue
            of = callers.setdefault((item.client, item.correspondent), [])
            if not of:
                found.append(of)
            of.append(item)
        return [
            self._calls(one, notes.get(one[-1].id, ()))
            if isinstance(one, list)
            else self.message(one, *notes.get(one.id, ()))
            for one in found
        ]

    def _calls(self, calls: list[Item], notes: tuple[str, ...]) -> Entry:
        """All of one caller's in one line, with their number."""
        first, last = calls[0], calls[-1]
        client = self._context.person.roster.by_label(last.client or "")
        people = list(client.people.values()) if client is not None else []
        name = people[0] if len(people) == 1 else client.name if client else last.client or ""
        words = self.words.rang_once if len(calls) == 1 else self.words.rang
        text = words.format(who=name, n=len(calls), span=self.phrasing.span(first.arrived_at, last.arrived_at))
        silent = not any("voicemail" in item.kind for item in calls)
        line = Line(tuple(item.id for item in calls))
        return Entry("", self._whose(name, last.client), text, self.words.no_message if silent else "", notes, line)

    def _whose(self, who: str, label: str | None) -> str:
        """A name, with the client's where it says something more."""
        client = self._context.person.roster.by_label(label or "")
        name = client.name if client is not None else label or ""
        return f"{who} ({name})" if name and name != who else who

    def reply(self, reply: ReplyRow, subject: str | None, at: datetime, *notes: str) -> Entry:
        """A mail of ours."""
        whose = self._whose(reply.rcpt, reply.client)
        return Entry(
            self.phrasing.when(at),
            whose,
            subject or self.words.no_subject,
            notes=notes,
            line=Line(reply.items, reply.id),
        )

    def promise(self, promise: PromiseRow | None) -> tuple[str, ...]:
        """What was promised, and what became of it."""
        if promise is None or promise.state not in self.words.promise:
            return ()
        return (self.words.promise[promise.state].format(at=self.phrasing.when(promise.due_at)),)

    def place(self, item: Item) -> tuple[str, ...]:
        """Where it lies, if that is not where new mail is looked at."""
        account = self._context.account_of(item.account)
        if item.folder is None or account is None or item.state == "gone":
            return ()
        layout = account.loop.layout
        watched = {*account.settings.watch, *([layout.urgent] if layout is not None else [])}
        return () if item.folder in watched else (self.words.lies_in.format(folder=item.folder),)
