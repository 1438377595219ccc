"""What an attempt to deliver is about, and what became of it. Values only."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from triaged.core.address import Address

Learned = Mapping[str, bool]
"""What an attempt taught about the account, to be remembered: `null_sender` false, it refuses MAIL FROM:<>."""

_NOTHING: Learned = MappingProxyType({})

Cause = Literal["network", "auth", "throttle", "server", "message"]
"""Who would have to change for the next attempt to end otherwise."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the servers are told (RFC 5321): one recipient, and an own address for the reverse path where `<>` is none.

    `bounces`: reports about it are wanted (a mail of mine to a delegate); an automatic reply wants none (RFC 3834 3.3).
    """

    rcpt: Address
    me: Address
    bounces: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken responsibility. `sender`: the reverse path that was used, "" for `<>`."""

    code: int
    text: str
    sender: str = ""
    learned: Learned = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken, and may be tried again.

    `code` 0: the server said nothing. `retry_after`: not before that; None: as the caller's schedule says.
    `account_wide`: nothing of this account would fare better now. `most_tries`: attempts in all, for refusals that only
    some servers mean as temporary.
    """

    code: int
    text: str
    retry_after: timedelta | None = None
    account_wide: bool = False
    cause: Cause = "server"
    most_tries: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and will not be."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The connection ended between the first octet of the body and the answer to it: it may have been taken."""

    text: str


Outcome = Sent | Deferred | Refused | InDoubt


class Delivery(Protocol):
    """One account's way out."""

    async def deliver(self, envelope: Envelope, raw: bytes, on_data: Callable[[], Awaitable[None]]) -> Outcome:
        """Try once. `on_data` is awaited when the server asked for the body, before its first octet."""
        ...

    async def close(self) -> None:
        """Let the connection go."""
        ...
