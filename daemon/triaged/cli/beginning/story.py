"""What is known of her so far, and what the questions add to it."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from triaged.cli.beginning.signingin import SignedIn
from triaged.cli.talk import Talk
from triaged.core.appointments import Reading
from triaged.setup.firstconfiguration import Answers, Client, Delegate
from triaged.setup.firstlook import Seen
from triaged.setup.hourswords import USUAL
from triaged.setup.situations import Situation


def calendar_file(path: Path) -> Path:
    """Where the address of the calendar is kept, beside the configuration: whoever has it reads all."""
    return path.with_suffix(".calendar")


@dataclass(slots=True)
class Story:
    """One conversation's knowledge. A question reads it, and writes what it was told."""

    talk: Talk
    args: argparse.Namespace
    signed: SignedIn
    seen: Seen | None
    name: str
    language: str
    zone: ZoneInfo
    country: str  # ISO 3166; "" not known
    situation: Situation
    path: Path  # where the configuration will be
    zone_is_told: bool = False  # by her, not only by her mails
    authserv_ids: tuple[str, ...] = ()
    clients: list[Client] = field(default_factory=list)
    delegates: list[Delegate] = field(default_factory=list)
    hours: str = USUAL
    holidays: str = ""
    telephones: tuple[str, ...] = ()
    feed: str = ""  # the address of her calendar, a key to it
    readings: tuple[Reading, ...] = ()  # what was read there
    series: list[str] = field(default_factory=list)  # what stands in it and may be calls, by title
    held: list[str] = field(default_factory=list)  # the clients with whom it holds calls by itself
    no_calls: list[str] = field(default_factory=list)
    page: str = ""
    page_url: str = ""
    texts: dict[tuple[str, str, str], str] = field(default_factory=dict)  # as the configuration's

    def answers(self) -> Answers:
        """All of it, as the configuration is made of it."""
        signed, seen = self.signed, self.seen
        addresses = [address.spec for address in signed.addresses]
        own = next(iter(signed.addresses)).domain
        team = (
            f"*@{own}"
            if seen and seen.colleagues and self.situation.name in ("calls", "ringing", "one-customer")
            else ""
        )
        return Answers(
            name=self.name,
            language=self.language,
            timezone=self.zone.key,
            addresses=tuple(dict.fromkeys([*addresses, *(seen.aliases if seen else ())])),
            imap=signed.imap,
            sign_in=signed.sign_in,
            smtp=signed.smtp,
            authserv_ids=self.authserv_ids,
            example=self.situation.example,
            passes=self.situation.passes,
            team=team,
            hours=self.hours,
            holidays=self.holidays,
            telephones=self.telephones,
            calendar=str(calendar_file(self.path)) if self.feed else "",
            no_calls=tuple(self.no_calls),
            region=self.country,
            clients=tuple(self.clients),
            delegates=tuple(self.delegates),
            page=self.page,
            page_url=self.page_url,
            texts=self.texts,
        )
