"""What other parts of the daemon want done over the one connection of a desk."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triaged.core.errors import TriagedError
from triaged.mailbox import Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk


@dataclass(slots=True)
class Ask:
    """Something another part of the daemon wants done over this connection."""

    act: Callable[["Desk", Session], Awaitable[Any]]
    answer: asyncio.Future[Any]

    def succeed(self, result: Any) -> None:
        """Hand the result over, if it is still waited for."""
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: TriagedError) -> None:
        """Say that it could not be done, if it is still waited for."""
        if not self.answer.done():
            self.answer.set_exception(error)
