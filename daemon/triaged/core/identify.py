"""Who a message is from: me, my team, a client (and how sure we are), or a stranger.

Goes in: a message, the person, the account it came to. Comes out: an `Identified`. Nothing of the past is looked at.
"""

from dataclasses import dataclass

from triaged.core.address import Address, is_mine
from triaged.core.authres import Authentication, Trust, authenticate
from triaged.core.authres import Verdict as Trusted
from triaged.core.clients import Client, Match
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import Message
from triaged.core.providers import is_shared
from triaged.core.settings import Account, Person
from triaged.core.telephone import Callers, Notice, by_whose_word, read_notice
from triaged.core.trust import Act, Level, evidence, may

_UNCONFIGURED = Trust()
_BELIEVED = frozenset({Trusted.PASS, Trusted.UNCONFIGURED})
"""When what is written in the manner of a telephone system is read as a notice."""


@dataclass(frozen=True, slots=True)
class Identified:
    """A message and whom it is from. `client` is set only when mail from there may be believed to be the client's.

    `notice` is that of a telephone system that may be believed; what anybody else writes in its manner is of its kind only.
    """

    message: Message
    sender: Address | None
    mine: bool
    team: bool
    client: Client | None
    match: Match | None
    authentication: Authentication
    level: Level  # as far as the message alone shows
    notice: Notice | None
    kinds: frozenset[str]
    automatic: bool

    @property
    def correspondent(self) -> str | None:
        """The address by which "at most one reply" is counted: the caller's client for a notice, else the sender."""
        if self.notice is not None and self.client is not None:
            caller = self.client.caller_address
            return self.client.counted_as(caller) if caller else None
        if self.sender is None:
            return None
        return self.client.counted_as(self.sender) if self.client is not None else self.sender.key

    @property
    def verified(self) -> bool | None:
        """True: the receiving server vouches for the sender. False: it could have, and does not. None: nobody was asked."""
        match self.authentication.verdict:
            case Trusted.PASS:
                return True
            case Trusted.FAIL | Trusted.NONE:
                return False
            case Trusted.UNCONFIGURED:
                return None


def identify(message: Message, person: Person, account: Account) -> Identified:
    """Say whom a message is from."""
    trust = account.trust or _UNCONFIGURED
    authentication = authenticate(message, trust)
    sender = message.author
    mine = sender is not None and is_mine(sender, person.addresses)
    team = sender is not None and _is_team(sender, person)
    level = evidence(message, authentication, trust, ours=mine or team)
    forged = not may(Act.SHOW, level)
    looks = None if forged else _read_notice(message, person, authentication)
    notice = looks if sender is not None and _is_believed(sender, person, level) else None
    kinds = kinds_of(message, looks)
    client, match = _client(sender, notice, person, forged=forged)
    return Identified(
        message=message,
        sender=sender,
        mine=mine and notice is None,
        team=team and not forged,
        client=None if mine and notice is None else client,
        match=match,
        authentication=authentication,
        level=level,
        notice=notice,
        kinds=kinds,
        automatic=is_automatic(message, kinds),
    )


def is_of_mine(address: Address, person: Person) -> bool:
    """Whether it is an address of mine, of my team's or of a delegate's."""
    return address in person.addresses or _is_team(address, person)


def _is_team(sender: Address, person: Person) -> bool:
    """Whether an answer from there is ours: a delegate's is."""
    delegates = person.delegates.values()
    return any(one.address.key == sender.key for one in delegates) or any(glob.matches(sender) for glob in person.team)


def is_neighbour(who: Identified, person: Person) -> bool:
    """Whether a stranger who wrote himself may be somebody new at a client's."""
    if who.sender is None or who.mine or who.team or who.automatic or not may(Act.PROPOSE, who.level):
        return False
    return person.roster.neighbour(who.sender) is not None and not is_shared(who.sender.domain)


def counts_for_nothing(who: Identified) -> bool:
    """Whether it is a caller's notice that my server does not vouch for: shown and pushed, and no more than that."""
    return who.notice is not None and not may(Act.CALLER_ACTS, who.level)


def _read_notice(message: Message, person: Person, authentication: Authentication) -> Notice | None:
    telephone, roster = person.telephone, person.roster
    callers = Callers(telephone.senders, telephone.region, lambda number: roster.by_phone(number) is not None)
    return read_notice(message, callers, authenticated=authentication.verdict in _BELIEVED)


def _is_believed(sender: Address, person: Person, level: Level) -> bool:
    """Whether a notice of this sender is the client's whose number it names."""
    word = by_whose_word(sender, person.telephone.senders)
    return word is not None and may(word, level)


def _client(
    sender: Address | None, notice: Notice | None, person: Person, *, forged: bool
) -> tuple[Client | None, Match | None]:
    if forged:
        return None, None
    if notice is not None:
        # a caller's notice belongs to the client whose number it names, whoever's robot wrote it
        called = person.roster.by_phone(notice.number) if notice.number else None
        if called is not None:
            return called, None
    match = person.roster.find(sender) if sender else None
    return (match.client, match) if match else (None, None)
