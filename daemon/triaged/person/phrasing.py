"""How mails to myself speak of messages and of times: in my language, in my zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from triaged.core.clients import Client
from triaged.core.settings import Person
from triaged.core.wording import on_date, short_date, zone_name
from triaged.ledger.entries import Item
from triaged.person.mailpage import Entry
from triaged.person.pagewords import PageWords, words_of


@dataclass(frozen=True, slots=True)
class Phrasing:
    """The words, and the zone that times are told in."""

    words: PageWords
    zone: ZoneInfo

    @classmethod
    def of(cls, person: Person) -> Self:
        """For mails to this person."""
        return cls(words_of(person.language), person.worktime.zone)

    def entry(self, item: Item, *notes: str) -> Entry:
        """One message."""
        who = str((item.decision or {}).get("sender_name") or "") or item.sender or ""
        subject = item.subject or self.words.no_subject
        return Entry(self.when(item.arrived_at), who, subject, item.excerpt or "", notes)

    def answered(self, item: Item) -> tuple[str, ...]:
        """The note that it was answered, if it was."""
        return () if item.answered_at is None else (self.words.answered.format(at=self.when(item.answered_at)),)

    def when(self, at: datetime) -> str:
        """Day and time."""
        return f"{self.day(at)} {at.astimezone(self.zone):%H:%M}"

    def day(self, at: datetime) -> str:
        """The day, short."""
        return short_date(at, self.words.language, self.zone)

    def date(self, at: datetime) -> str:
        """The date, in full."""
        return on_date(at, self.words.language, self.zone, at)

    def foot(self, clients: Iterable[Client], now: datetime) -> str:
        """Who has written it; and whose times these are, where one of the clients has others."""
        if all(client.zone.key == self.zone.key for client in clients):
            return self.words.footer
        zone = self.words.zone_note.format(zone=zone_name(self.zone, self.words.language, now))
        return f"{self.words.footer}\n{zone}"

    def span(self, first: datetime, last: datetime) -> str:
        """From one instant to another."""
        begin, end = first.astimezone(self.zone), last.astimezone(self.zone)
        if begin.date() == end.date():
            hours = f"{begin:%H:%M}" if begin.time() == end.time() else f"{begin:%H:%M}–{end:%H:%M}"
            return f"{self.day(first)}, {hours}"
        return f"{self.when(first)} – {self.when(last)}"
