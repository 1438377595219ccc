"""What other parts of the daemon want done over an account's one connection: after what is in hand, one at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from triaged.account.visit import Visit
from triaged.core.errors import TriagedError
from triaged.mailbox import NotMovable, Refused

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to be done, and where its result goes."""

    act: Callable[[Visit], Awaitable[Any]]
    answer: asyncio.Future[Any]

    def succeed(self, result: Any) -> None:
        """Hand the result over, if it is still waited for."""
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: TriagedError) -> None:
        """Say that it could not be done, if it is still waited for."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(slots=True)
class Jobs:
    """Those that wait for their turn."""

    _waiting: list[_Job] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether any waits."""
        return bool(self._waiting)

    def add(self, act: Callable[[Visit], Awaitable[T]]) -> asyncio.Future[T]:
        """Let one wait; its answer."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Job(act, answer))
        return answer

    async def do_all(self, visit: Callable[[], Visit]) -> bool:
        """Do those that wait now, each with a visit of its own; whether there was any.

        A job that the server refuses fails alone; any other error is raised, and leaves it and those behind it waiting.
        """
        jobs, self._waiting = self._waiting, []
        for number, job in enumerate(jobs):
            try:
                result = await job.act(visit())
            except (Refused, NotMovable) as refusal:
                job.fail(refusal)
            except BaseException:
                self._waiting = jobs[number:] + self._waiting
                raise
            else:
                job.succeed(result)
        return bool(jobs)

    def refuse(self, error: Callable[[], TriagedError]) -> None:
        """Refuse those that wait, each with an error of its own."""
        jobs, self._waiting = self._waiting, []
        for job in jobs:
            job.fail(error())
