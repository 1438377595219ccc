"""Who writes to me, and whom do I write to: the likely clients, from the headers of the last months' mail.

In: an open connection. Out: counts by organisation. Only headers are read, nothing is marked as seen.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from triaged.core.address import Address, organisation
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import Message, read
from triaged.core.providers import is_shared
from triaged.mailbox import Session

MOST = 3000
"""Messages of a folder that are looked at, from the end."""
_WINDOW = 500
_FEWEST = 2  # messages from somebody who is proposed


@dataclass(frozen=True, slots=True)
class Correspondent:
    """An organisation (or a person with an address at a provider for everybody), and how much mail there was."""

    pattern: str  # for the roster: "*@harbor.example" or an address
    people: dict[str, str] = field(default_factory=dict)  # address -> name, the busiest first
    came: int = 0
    went: int = 0

    @property
    def weight(self) -> tuple[int, int]:
        """Mail both ways makes a client; mail one way only a newsletter, or somebody I sell to."""
        return min(self.came, self.went), self.came + self.went


@dataclass(slots=True)
class _Counts:
    came: Counter[Address] = field(default_factory=Counter)
    went: Counter[Address] = field(default_factory=Counter)
    names: dict[Address, str] = field(default_factory=dict)


async def correspondents(
    session: Session, mine: Collection[Address], since: datetime, sent: str | None
) -> list[Correspondent]:
    """Likely clients, the likeliest first.

    Args:
        session: open.
        mine: my own addresses; others of my organisation are colleagues, and left out.
        since: how far back, aware.
        sent: the folder of what went; None: there is none, only what came is counted.
    """
    counts = _Counts()
    async for message in _headers(session, "INBOX", since):
        if message.sender is not None and not is_automatic(message, kinds_of(message, None)):
            counts.came[message.sender.address] += 1
            counts.names.setdefault(message.sender.address, message.sender.name)
    if sent is not None:
        async for message in _headers(session, sent, since):
            if not is_automatic(message, kinds_of(message, None)):
                counts.went.update({*message.to, *message.cc})
    home = {organisation(one.domain) for one in mine if not is_shared(one.domain)}
    groups = _grouped(address for address in {*counts.came, *counts.went} if _is_foreign(address, mine, home))
    found = [_correspondent(pattern, members, counts) for pattern, members in groups.items()]
    likely = [one for one in found if one.came >= _FEWEST and (one.went or sent is None)]
    return sorted(likely, key=lambda one: (one.weight, one.pattern), reverse=True)


async def _headers(session: Session, folder: str, since: datetime) -> AsyncIterator[Message]:
    await session.select(folder)
    uids = (await session.uids_from(1))[-MOST:]
    for start in range(0, len(uids), _WINDOW):
        for one in await session.headers(uids[start : start + _WINDOW]):
            if one.arrived >= since:
                yield read(one.header, b"", size=one.size, complete=False)


def _is_foreign(address: Address, mine: Collection[Address], home: set[str]) -> bool:
    return address not in mine and organisation(address.domain) not in home


def _grouped(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    groups: defaultdict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        groups[address.spec if is_shared(address.domain) else f"*@{address.domain}"].append(address)
    return groups


def _correspondent(pattern: str, members: Sequence[Address], counts: _Counts) -> Correspondent:
    busy = sorted(members, key=lambda one: (-counts.came[one] - counts.went[one], one.key))
    people = {one.key: counts.names[one] for one in busy if counts.names.get(one)}
    return Correspondent(
        pattern, people, sum(counts.came[one] for one in members), sum(counts.went[one] for one in members)
    )
