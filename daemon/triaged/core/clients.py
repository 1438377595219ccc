"""The roster: who is a client, by address or by telephone number. Addresses go in, a `Client` or None comes out.

It knows nothing about authentication: whether a From may be believed is asked elsewhere, before anybody is found here.
An exact address beats a whole domain (`*@harbor.example`) beats any other pattern; among the others one that names its
domain (`*@*.harbor.example`) beats one that does not (`*`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from triaged.core.about import About
from triaged.core.address import Address, Glob, read_address, same, unsigned, untagged
from triaged.core.calls import Appointed, Call, Series
from triaged.core.worktime import WorkTime

_EXACT, _DOMAIN = 3, 2  # of Glob.specificity


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many passes a period. Days, weeks (from Monday) and months begin at midnight in my zone."""

    count: int
    period: Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Client:
    """One customer. `hours` are those that were agreed, in the client's zone; `mode` a word of `Mode`."""

    label: str
    name: Annotated[str, About("how replies name it", kind="a name", example="Harbor Trust", default="the label")]
    patterns: Annotated[
        tuple[Glob, ...],
        About(
            "whose mail it is; exact address beats domain beats other patterns",
            key="from",
            default="none, where it has `phones`",
        ),
    ]
    zone: Annotated[ZoneInfo, About("in which replies state times", key="timezone", default="yours")]
    people: Annotated[Mapping[str, str], About("how to address them", kind="people")] = field(
        default_factory=dict
    )  # by the key of an address
    phones: Annotated[
        tuple[str, ...], About("whose voicemail is this client's", kind="a number", example="+44 20 7946 0018")
    ] = ()  # E.164
    mail: Annotated[
        Address | None, About("where to write to a caller", default="the first plain address of `from`")
    ] = None
    language: Annotated[
        str | None,
        About(
            "of the replies",
            kind="a language code",
            default="that of the message, if it shows and the reply has it, of a few words that of the message before, else yours",
        ),
    ] = None
    hours: Annotated[
        WorkTime | None, About("the hours that were agreed, in the client's zone, for the report", kind="agreed hours")
    ] = None
    tier: Annotated[str | None, About("a word that rules may ask for", kind="a word", example="standard")] = None
    calls: Annotated[
        tuple[Call, ...],
        About(
            'standing calls, in your zone, 30 minutes if nothing is said; "calendar": what your calendars hold, "calendar: TITLE":'
            " the series of that title or UID"
        ),
    ] = ()
    series: tuple[Series, ...] = ()
    appointed: Appointed = field(default_factory=Appointed)  # by my calendars
    passes: Annotated[
        Allowance | None,
        About("last-minute urgent passes, from midnight, Monday or the first on, in your zone", default="none"),
    ] = None
    replies_per_hour: Annotated[
        int,
        About(
            "to its addresses that you have not written to and that first write today, together",
            kind="replies an hour",
            default="10",
        ),
    ] = 10
    delegate: Annotated[str | None, About("who looks after it: a [delegate.NAME]", kind="a label", example="tom")] = (
        None
    )
    address: Annotated[
        Literal["formal", "familiar"],
        About("Sie or du, vous or tu, usted or tú in built-in texts; texts of yours may ask for it: `address`"),
    ] = "formal"
    always: Annotated[Literal["urgent"] | None, About("no rule can defer or leave it")] = None
    replies: Annotated[bool, About("false: never an autoreply, draft or slip")] = True
    mode: Annotated[
        Literal["observe", "draft", "send"] | None,
        About("as in [account.NAME], for this client", default="the account's"),
    ] = None

    def counted_as(self, address: Address) -> str:
        """By what "at most one reply" counts an address: without its tag; whom `people` names alike is one person."""
        bare = untagged(unsigned(address))
        name = self.people.get(address.key) or self.people.get(bare.key)
        return bare.key if name is None else next(key for key, other in self.people.items() if other == name)

    def is_same_person(self, one: Address, other: Address) -> bool:
        """Whether two addresses are one person's: but for a tag the same, or named alike in `people`."""
        return self.counted_as(one) == self.counted_as(other)

    @property
    def has_calls(self) -> bool:
        """Whether there may be calls with it, by the configuration or by a calendar."""
        return bool(self.calls or self.series or self.appointed.calls)

    @property
    def caller_address(self) -> Address | None:
        """Where to write to a caller: `mail`, else the first plain address among the patterns."""
        if self.mail is not None:
            return self.mail
        return next((read_address(glob.text) for glob in self.patterns if glob.specificity == _EXACT), None)


@dataclass(frozen=True, slots=True)
class Match:
    """A client, and the entry of the roster that an address matched."""

    client: Client
    pattern: Glob

    @property
    def may_be_replied_to(self) -> bool:
        """False for an entry that names no domain: anybody could be behind it."""
        return self.pattern.has_fixed_domain


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two clients who claim the same mail (or telephone number) with equal right; labels and entries as written."""

    first: str
    first_entry: str
    second: str
    second_entry: str

    def __str__(self) -> str:
        """The problem and what to do about it, for a person."""
        if self.first_entry == self.second_entry:
            both = f'"{self.first_entry}" stands in both [client.{self.first}] and [client.{self.second}]'
        else:
            both = (
                f'"{self.first_entry}" of [client.{self.first}] and "{self.second_entry}" of [client.{self.second}] '
                "can match the same address"
            )
        return f"{both}: leave it with one of them"


def _rank(glob: Glob) -> int:
    return glob.specificity + glob.has_fixed_domain


def _neighbours(matches: Iterable[Match]) -> dict[str, Client]:
    """By domain the client of whom some addresses there are, but not all; the first in the order given."""
    found: dict[str, Client] = {}
    for match in matches:
        if match.pattern.domain:
            found.setdefault(match.pattern.domain, match.client)
    return found


@dataclass(frozen=True, slots=True)
class _Index:
    exact: Mapping[str, Match]
    domains: Mapping[str, Match]
    others: tuple[Match, ...]
    phones: Mapping[str, Client]
    labels: Mapping[str, Client]
    neighbours: Mapping[str, Client]


@dataclass(frozen=True, slots=True)
class Roster:
    """All clients of one person. Looking one up costs two dictionary look-ups and the few other patterns."""

    clients: tuple[Client, ...] = ()
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the look-up tables; where two claim the same, the first stands (`overlaps` tells of it)."""
        exact: dict[str, Match] = {}
        domains: dict[str, Match] = {}
        others: list[Match] = []
        for match in _matches(self.clients):
            if match.pattern.specificity == _EXACT:
                exact.setdefault(_identity(match.pattern), match)
            elif match.pattern.specificity == _DOMAIN:
                domains.setdefault(_identity(match.pattern), match)
            else:
                others.append(match)
        others.sort(key=lambda match: -_rank(match.pattern))
        index = _Index(
            MappingProxyType(exact),
            MappingProxyType(domains),
            tuple(others),
            MappingProxyType({phone: client for client in reversed(self.clients) for phone in client.phones}),
            MappingProxyType({client.label: client for client in self.clients}),
            MappingProxyType(_neighbours([*exact.values(), *others])),
        )
        object.__setattr__(self, "_index", index)

    def find(self, address: Address) -> Match | None:
        """The client of an address by its most specific entry, None for a stranger."""
        index = self._index
        found = index.exact.get(address.key) or index.domains.get(address.domain)
        if found is not None:
            return found
        return next((match for match in index.others if match.pattern.matches(address)), None)

    def neighbour(self, address: Address) -> Client | None:
        """The client of whose addresses one is at the domain of a stranger's: somebody new there, if it is not a provider's."""
        return self._index.neighbours.get(address.domain)

    def by_phone(self, number: str) -> Client | None:
        """The client with this very number in E.164; never by its last digits."""
        return self._index.phones.get(number)

    def by_label(self, label: str) -> Client | None:
        """The client of that table name."""
        return self._index.labels.get(label)

    def overlaps(self) -> tuple[Overlap, ...]:
        """Every tie between two clients: each is an error of the configuration."""
        return (*_same(_plain_entries(self.clients)), *_same(_phones(self.clients)), *_meeting(self._index.others))


def _matches(clients: Iterable[Client]) -> Iterator[Match]:
    return (Match(client, glob) for client in clients for glob in client.patterns)


def _identity(glob: Glob) -> str:
    """What two exact addresses, or two whole domains, are equal by: case ignored, the domain as A-label."""
    local, _, domain = glob.text.rpartition("@")
    sample = read_address(f"x@{domain}")
    domain = sample.domain if sample else same(domain)
    return domain if glob.specificity == _DOMAIN else same(f"{local}@{domain}")


def _plain_entries(clients: tuple[Client, ...]) -> Iterator[tuple[str, str, str]]:
    for match in _matches(clients):
        if match.pattern.specificity >= _DOMAIN:
            yield f"{match.pattern.specificity} {_identity(match.pattern)}", match.client.label, match.pattern.text


def _phones(clients: tuple[Client, ...]) -> Iterator[tuple[str, str, str]]:
    return ((phone, client.label, phone) for client in clients for phone in client.phones)


def _same(entries: Iterable[tuple[str, str, str]]) -> Iterator[Overlap]:
    first: dict[str, tuple[str, str]] = {}
    for identity, label, text in entries:
        other, other_text = first.setdefault(identity, (label, text))
        if other != label:
            yield Overlap(other, other_text, label, text)


def _meeting(others: tuple[Match, ...]) -> Iterator[Overlap]:
    for one, two in combinations(others, 2):
        rivals = one.client.label != two.client.label and _rank(one.pattern) == _rank(two.pattern)
        if rivals and globs_meet(same(one.pattern.text), same(two.pattern.text)):
            yield Overlap(one.client.label, one.pattern.text, two.client.label, two.pattern.text)


def globs_meet(one: str, two: str) -> bool:
    """Whether some text matches both globs. Polynomial: every pair of places is looked at once."""
    reachable = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        a, b = todo.pop()
        if (a, b) == (len(one), len(two)):
            return True
        for step in _steps(one, a, two, b):
            if step not in reachable:
                reachable.add(step)
                todo.append(step)
    return False


def _steps(one: str, a: int, two: str, b: int) -> Iterator[tuple[int, int]]:
    left, right = one[a : a + 1], two[b : b + 1]
    if left == "*":
        yield a + 1, b
        if right:
            yield a, b + 1
    if right == "*":
        yield a, b + 1
        if left:
            yield a + 1, b
    if left and right and (left == right or "?" in (left, right)):
        yield a + 1, b + 1
