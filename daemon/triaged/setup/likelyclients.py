"""Who writes to me, and whom do I write to: the likely clients, from the headers of the last months' mail.

In: an open connection. Out: what went to and fro, counted by organisation. Only headers are read, nothing is marked as seen.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from triaged.core.address import Address, Glob, organisation
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import Message, read
from triaged.core.providers import is_shared
from triaged.core.telephone import Callers, read_notice
from triaged.mailbox import Fetched, Session

MOST = 3000
"""Messages of a folder that are looked at, from the end."""
_WINDOW = 500
_FEWEST = 2  # messages from somebody who is proposed
_ALIAS = 3  # mails that I have sent under another address
_NOTICES, _SHARE = 3, 0.8  # so many mails, of which so many are a caller's notices, make a telephone system


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
class Traffic:
    """What went to and fro since an instant."""

    mine: Collection[Address]
    senders: Counter[str] = field(default_factory=Counter)  # whoever wrote, robots too
    sent_at: list[datetime] = field(default_factory=list)
    dated: list[datetime] = field(default_factory=list)  # mine, with the offsets that my programs wrote
    came: defaultdict[Address, list[int]] = field(default_factory=lambda: defaultdict(list))  # UIDs in the inbox
    went: defaultdict[Address, list[int]] = field(default_factory=lambda: defaultdict(list))  # UIDs in Sent
    names: dict[Address, str] = field(default_factory=dict)
    notices: Counter[str] = field(default_factory=Counter)
    wrote_as: Counter[Address] = field(default_factory=Counter)

    def arrived(self, uid: int, message: Message) -> None:
        """One message of the inbox."""
        if message.sender is None or message.sender.address in self.mine:
            return
        address = message.sender.address
        self.senders[address.key] += 1
        if _is_notice(message, address):
            self.notices[address.key] += 1
        elif not is_automatic(message, kinds_of(message, None)):
            self.came[address].append(uid)
            self.names.setdefault(address, message.sender.name)

    def sent(self, uid: int, message: Message, at: datetime) -> None:
        """One of mine."""
        if is_automatic(message, kinds_of(message, None)):
            return
        self.sent_at.append(message.date or at)
        if (local := message.local_date) is not None:
            self.dated.append(local)
        if message.sender is not None:
            self.wrote_as[message.sender.address] += 1
        for address in {*message.to, *message.cc}:
            self.went[address].append(uid)

    @property
    def telephones(self) -> tuple[str, ...]:
        """Who sends a caller's notices and little else, the busiest first."""
        return tuple(key for key, n in self.notices.most_common() if n >= _NOTICES and n >= _SHARE * self.senders[key])

    @property
    def aliases(self) -> tuple[str, ...]:
        """Under which other addresses I have written."""
        others = self.wrote_as.most_common()
        return tuple(one.spec for one, n in others if n >= _ALIAS and one not in self.mine)

    def clients(self, *, both_ways: bool) -> list[Correspondent]:
        """Likely clients, the likeliest first; others of my organisation are colleagues, and left out."""
        groups = _grouped(one for one in self._all if not self._is_home(one) and one not in self.mine)
        found = [self._correspondent(pattern, members) for pattern, members in groups.items()]
        likely = [one for one in found if one.came >= _FEWEST and (one.went or not both_ways)]
        return sorted(likely, key=lambda one: (one.weight, one.pattern), reverse=True)

    def colleagues(self) -> list[Correspondent]:
        """Those of my own organisation, one by one, the busiest first."""
        others = [one for one in self._all if self._is_home(one) and one not in self.mine and self.came.get(one)]
        found = [self._correspondent(one.spec, [one]) for one in others]
        return sorted(found, key=lambda one: (one.weight, one.pattern), reverse=True)

    @property
    def _all(self) -> set[Address]:
        return {*self.came, *self.went}

    def _is_home(self, address: Address) -> bool:
        return organisation(address.domain) in {
            organisation(one.domain) for one in self.mine if not is_shared(one.domain)
        }

    def _correspondent(self, pattern: str, members: Sequence[Address]) -> Correspondent:
        came = {one: len(self.came.get(one, ())) for one in members}
        went = {one: len(self.went.get(one, ())) for one in members}
        busy = sorted(members, key=lambda one: (-came[one] - went[one], one.key))
        people = {one.key: self.names[one] for one in busy if self.names.get(one)}
        return Correspondent(pattern, people, sum(came.values()), sum(went.values()))


async def traffic(session: Session, mine: Collection[Address], since: datetime, sent: str | None) -> Traffic:
    """Count what came and went.

    Args:
        session: open.
        mine: my own addresses.
        since: how far back, aware.
        sent: the folder of what went; None: there is none, only what came is counted.
    """
    counts = Traffic(mine)
    async for one, message in _headers(session, "INBOX", since):
        counts.arrived(one.uid, message)
    if sent is not None:
        async for one, message in _headers(session, sent, since):
            counts.sent(one.uid, message, one.arrived)
    return counts


async def _headers(session: Session, folder: str, since: datetime) -> AsyncIterator[tuple[Fetched, Message]]:
    await session.select(folder)
    uids = (await session.uids_since(since))[-MOST:]
    for start in range(0, len(uids), _WINDOW):
        for one in await session.headers(uids[start : start + _WINDOW]):
            if one.arrived >= since:
                yield one, read(one.header, b"", size=one.size, complete=False)


def _is_notice(message: Message, address: Address) -> bool:
    """Whether it would be a caller's notice, if its sender were known for such."""
    callers = Callers(senders=(Glob.parse(address.spec),))
    return read_notice(message, callers, authenticated=True) is not None


def _grouped(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    groups: defaultdict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        groups[address.spec if is_shared(address.domain) else f"*@{address.domain}"].append(address)
    return groups
