"""What became of an attempt to deliver, and what it was about. Values only."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from triaged.core.address import Address


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who it is from and to, for the servers (RFC 5321): one recipient; sender None is the null sender `<>`."""

    rcpt: Address
    me: Address  # the account's own address: envelope sender where the null sender is not accepted


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken responsibility. `envelope`: the reverse path that was used, "" for `<>`."""

    code: int
    text: str
    envelope: str = ""
    learned: Mapping[str, Any] = field(default_factory=dict)  # what to remember about the account, e.g. null_sender


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken, may be tried again. `account_wide`: nothing of this account goes before `retry_after`."""

    code: int  # 0: no answer
    text: str
    retry_after: timedelta | None = None
    account_wide: bool = False
    learned: Mapping[str, Any] = field(default_factory=dict)
    tries: int | None = None  # at most so many attempts in all for this kind of refusal


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and will not be."""

    code: int
    text: str
    learned: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The connection ended between the first octet of the body and the answer: it may have been taken."""

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
