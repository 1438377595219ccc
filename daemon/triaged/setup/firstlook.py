"""What a mailbox shows to somebody who has just signed in: folders, my name, who vouches for senders, likely clients.

In: an open connection. Out: a `Seen`. Nothing is changed, nothing is marked as seen.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from triaged.core.address import Address
from triaged.core.message import Message, read
from triaged.mailbox import Session
from triaged.setup.likelyclients import Correspondent, Traffic, traffic
from triaged.setup.ownway import Way, language_of, names_in, numbers_of, signed_with, way_of
from triaged.setup.ownzone import country_of, likely_countries, likely_zone, own_zone
from triaged.setup.vouching import Vouching, vouching

_LAST = 100
_PATIENCE = 4.0  # seconds for a host that may not exist
_PROPOSED = 10
"""Correspondents whose mail is read, and who are proposed as clients."""
_PEOPLE = 4  # of each who get a name
_READ = 20  # mails of each, and to each


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a mailbox."""

    folders: tuple[str, ...]
    messages: int  # in the inbox
    sent: str | None
    drafts: str | None
    name: str  # as I sign my mail; "" not known
    zone: str  # as my mails are dated
    vouching: Vouching  # who vouches for senders
    clients: tuple[Correspondent, ...]
    colleagues: tuple[Correspondent, ...] = ()
    senders: Counter[str] = field(default_factory=Counter)  # how many mails each has sent, robots too
    sent_at: tuple[datetime, ...] = ()
    telephones: tuple[str, ...] = ()  # who sends voicemail and missed calls
    aliases: tuple[str, ...] = ()
    ways: Mapping[str, Way] = field(default_factory=dict)  # by the pattern of a likely client
    phones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


async def look_around(session: Session, mine: Collection[Address], since: datetime, zone: str | None = None) -> Seen:
    """Look at the folders, the last headers, and the correspondents since an instant; read some mail of the likeliest.

    `zone`: where her clocks are, if that is known; its country's telephone numbers are written nationally.

    Raises:
        MailboxError: the connection ended, or the server would not show the inbox.
    """
    infos = await session.folders()
    sent, drafts = await session.special("sent"), await session.special("drafts")
    inbox = await session.select("INBOX")
    vouches = vouching(await _last(session))
    name = await _my_name(session, mine, sent)
    counts = await traffic(session, mine, since, sent)
    likely = counts.clients(both_ways=sent is not None)[:_PROPOSED]
    read_them = [*likely, *counts.colleagues()[:1]]
    ways, mine_said = await _ways(session, counts, read_them, sent)
    zone = zone or likely_zone(counts.dated, likely_countries(mine), own_zone())
    region = country_of(zone) or None
    own = {number for text in mine_said for number in numbers_of(text, region)}
    phones, languages = await _theirs(session, counts, likely, _Numbers(region, own))
    for pattern, language in languages.items():
        ways[pattern] = _in_their_language(ways.get(pattern, Way()), language)
    return Seen(
        folders=tuple(info.name for info in infos if info.selectable),
        messages=inbox.exists,
        sent=sent,
        drafts=drafts,
        name=name,
        zone=zone,
        vouching=vouches,
        clients=tuple(likely),
        colleagues=tuple(counts.colleagues()[:_PROPOSED]),
        senders=counts.senders,
        sent_at=tuple(counts.sent_at),
        telephones=counts.telephones,
        aliases=counts.aliases,
        ways=ways,
        phones=phones,
    )


async def _ways(
    session: Session, counts: Traffic, likely: Sequence[Correspondent], sent: str | None
) -> tuple[dict[str, Way], list[str]]:
    """How she writes to each, and all that was read of hers."""
    if sent is None:
        return {}, []
    await session.select(sent)
    ways: dict[str, Way] = {}
    said: list[str] = []
    for one in likely:
        found = await _read(session, [uid for member in _members(one, counts.went) for uid in counts.went[member]])
        ways[one.pattern] = _way(one, found)
        said += [message.text for message in found]
    return ways, said


def _way(one: Correspondent, found: Sequence[Message]) -> Way:
    """Language and form are those of all mails to them, names those of mails to one person alone."""
    people = list(one.people)[:_PEOPLE]
    alone = {key: names_in(each.new_text for each in found if [to.key for to in each.to] == [key]) for key in people}
    called = {key: names[0] for key, names in alone.items() if names}
    names = alone[people[0]] if people else ()
    return replace(way_of([each.new_text for each in found]), names=names, called=called)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """How numbers are read, and which are mine."""

    region: str | None
    own: Collection[str]


async def _theirs(
    session: Session, counts: Traffic, likely: Sequence[Correspondent], numbers: _Numbers
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The telephone numbers below the mails of each, and in which language they write."""
    await session.select("INBOX")
    found: dict[str, tuple[str, ...]] = {}
    languages: dict[str, str] = {}
    for one in likely:
        mails = await _read(session, [uid for member in _members(one, counts.came) for uid in counts.came[member]])
        if told := signed_with([message.text for message in mails], numbers.region, numbers.own):
            found[one.pattern] = told
        languages[one.pattern] = language_of([message.new_text for message in mails])
    return found, languages


def _in_their_language(way: Way, language: str) -> Way:
    """What she writes to somebody may be too short to tell."""
    return way if way.language or not language else replace(way, language=language)


def _members(one: Correspondent, counts: Mapping[Address, Sequence[int]]) -> list[Address]:
    domain = one.pattern.removeprefix("*@")
    return [address for address in counts if address.spec == one.pattern or address.domain == domain]


async def _read(session: Session, uids: Sequence[int]) -> list[Message]:
    """The last of them, with their texts."""
    last = sorted(set(uids))[-_READ:]
    return [one.as_message() for one in await session.fetch(last, text=True)] if last else []


async def _last(session: Session) -> list[Message]:
    """The last messages of the selected folder, their headers."""
    uids = (await session.uids_from(1))[-_LAST:]
    fetched = await session.headers(uids) if uids else []
    return [read(one.header, b"", size=one.size, complete=False) for one in fetched]


async def _my_name(session: Session, mine: Collection[Address], sent: str | None) -> str:
    if sent is None:
        return ""
    await session.select(sent)
    names: Counter[str] = Counter()
    for sender in [message.sender for message in await _last(session)]:
        if sender is not None and sender.address in mine and sender.name:
            names[sender.name] += 1
    return names.most_common(1)[0][0] if names else ""


def candidates(domain: str) -> tuple[tuple[str, str], ...]:
    """Hosts (IMAP, SMTP) that a domain of one's own may have, the likeliest first."""
    return (
        (f"imap.{domain}", f"smtp.{domain}"),
        (f"mail.{domain}", f"mail.{domain}"),
        (domain, domain),
    )


async def listens(host: str, port: int) -> bool:
    """Whether somebody listens there; nothing is said to it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError, UnicodeError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def first_that_listens(hosts: Collection[str], port: int) -> str | None:
    """The first of these hosts, in their order, at which somebody listens."""
    answers = await asyncio.gather(*(listens(host, port) for host in hosts))
    return next((host for host, answered in zip(hosts, answers, strict=True) if answered), None)
