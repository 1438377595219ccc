"""Trust: how sure we are who wrote a message, and the least evidence for what it may cause. One table; no room decides alone.

Fail open for people: an unverified mail is shown, flagged, put aside, all of which can be undone. Fail closed for what
speaks, mutes, forgets or costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final

from triaged.core.address import Address, NullSender, is_mine, unsigned
from triaged.core.authres import Authentication, Trust, Verdict
from triaged.core.hops import Way, way_of
from triaged.core.message import Message


class Level(IntEnum):
    """How sure we are, in order. The numbers are kept in the ledger."""

    FORGED = 0  # my server says that it is not from whom it claims
    UNVERIFIED = 1  # my server was asked, and vouches for nothing
    UNKNOWN = 2  # nobody was asked
    VERIFIED = 3  # my server vouches for the domain that is claimed
    INSIDE = 3  # as good: my own server took it from somebody who had signed in
    PROVED = 4  # it lies where only I could have put it


class Act(Enum):
    """What a message may cause."""

    SHOW = "classified as the client's, flagged urgent, put aside"
    PUSH = "pushed"
    RING = "pushed as often as `every` says, and without the words 'not verified'"
    REPLY = "a reply to its sender (and what `require_auth` asks)"
    CALLER_IS_CLIENT = "a notice of a sender in [telephone] is the client's whose number it names"
    CALLER_BY_NAME = "a notice of a built-in telephone system is the client's whose number it names"
    CALLER_ACTS = "a caller's notice causes a reply, a cancel, a pass, and counts for a burst"
    JOIN = "joins a waiting reply or takes it over, and is counted by `every`"
    CANCEL = "cancels a waiting reply because it is urgent"
    SILENCE = "my or the team's answer that names the client's message stops replies, slips and warnings"
    ANSWER = "my or the team's answer keeps a promise, counts in the report, and needs no reference"
    DRAFT_SENT = "a draft counts as sent"
    STOP = "STOP"
    MUTE = "its sender is taken for a robot"
    REPORT = "a delivery report: the reply failed, the address is not written to"
    SPEND = "spends a pass of its own sort"
    COUNT = "counts for a burst, for what is known of its thread, for the agenda, as the copy that was answered"
    FORWARD = "is sent on to a delegate"
    MARK = "says that another triaged is on this mailbox"
    ECHO = "its subject and its sender's name stand in a reply as they are"
    PROPOSE = "its sender is proposed for the roster, as somebody new at a client's"
    COMMAND = "a command by mail"


@dataclass(frozen=True, slots=True)
class Least:
    """The least evidence for an act. `own`: and no less than that of what it touches."""

    level: Level
    own: bool = False


ACTS: Final[Mapping[Act, Least]] = MappingProxyType(
    {
        Act.SHOW: Least(Level.UNVERIFIED),
        Act.PUSH: Least(Level.UNVERIFIED),
        Act.RING: Least(Level.VERIFIED),
        Act.REPLY: Least(Level.UNVERIFIED),
        Act.CALLER_IS_CLIENT: Least(Level.UNVERIFIED),
        Act.CALLER_BY_NAME: Least(Level.VERIFIED),
        Act.CALLER_ACTS: Least(Level.UNKNOWN),
        Act.JOIN: Least(Level.UNVERIFIED, own=True),
        Act.CANCEL: Least(Level.UNVERIFIED, own=True),
        Act.SILENCE: Least(Level.UNVERIFIED),
        Act.ANSWER: Least(Level.INSIDE),
        Act.DRAFT_SENT: Least(Level.PROVED),
        Act.STOP: Least(Level.UNVERIFIED),
        Act.MUTE: Least(Level.UNVERIFIED),
        Act.REPORT: Least(Level.UNVERIFIED),
        Act.SPEND: Least(Level.UNVERIFIED, own=True),
        Act.COUNT: Least(Level.UNVERIFIED, own=True),
        Act.FORWARD: Least(Level.UNKNOWN),
        Act.MARK: Least(Level.VERIFIED),
        Act.ECHO: Least(Level.VERIFIED),
        Act.PROPOSE: Least(Level.UNKNOWN),
        Act.COMMAND: Least(Level.PROVED),
    }
)
"""Every act, once."""


def may(act: Act, level: Level, of: Level = Level.FORGED) -> bool:
    """Whether evidence of this level suffices; `of`: that of the reply, promise or count which the act touches."""
    least = ACTS[act]
    return level >= least.level and (not least.own or level >= of)


def evidence(message: Message, authentication: Authentication, trust: Trust, *, ours: bool) -> Level:
    """How sure we are that a message is from whom its From names.

    `ours`: From is mine or my team's. What such a one sends who has signed in to my server is not checked any further, and
    often bears no result at all.
    """
    match authentication.verdict:
        case Verdict.FAIL:
            return Level.FORGED
        case Verdict.PASS:
            return Level.VERIFIED
        case Verdict.NONE | Verdict.UNCONFIGURED:
            if message.sender is None:
                return Level.UNVERIFIED
            if ours and not authentication.believed and way_of(message) is Way.SIGNED_IN:
                return Level.INSIDE
            asked = authentication.verdict is Verdict.NONE and (authentication.believed or not trust.silent)
            return Level.UNVERIFIED if asked else Level.UNKNOWN


def lifted(level: Level, *, names_ours: bool, trusted_server: bool) -> Level:
    """The level of a mail that comes from the recipient of a reply of ours, and perhaps names that reply's id.

    Nobody else has been told the id, until somebody answers to all: where a server can be asked it lifts by one level only.
    """
    if not names_ours or level is Level.FORGED:
        return level
    if not trusted_server:
        return Level.PROVED
    return max(level, Level(min(level + 1, Level.VERIFIED)))


def evidence_of_sent(
    message: Message, authentication: Authentication, level: Level, mine: tuple[Address, ...]
) -> Level:
    """How sure we are of what lies in a Sent or Drafts folder: proved, unless it bears a sign of having been delivered.

    Some providers file what is delivered to `me+sent@` there, and filters file whatever they are told to.
    """
    path = message.return_path
    foreign = path is NullSender.NULL or (isinstance(path, Address) and not is_mine(unsigned(path), mine))
    delivered = foreign or bool(message.return_path_defect) or authentication.believed or way_of(message) is Way.OUTSIDE
    return level if delivered else Level.PROVED
