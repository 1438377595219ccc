"""What everything that runs in the service shares: the ledger, the clock, the log, chance, the timers."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from triaged.clock import Clock, Steadiness, Timers
from triaged.installkey import InstallKey
from triaged.ledger import Ledger, LedgerThread
from triaged.log.events import Events

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """Made once for the service and handed down; whoever has it can write, and knows the time."""

    book: LedgerThread
    clock: Clock
    events: Events
    chance: random.Random = field(default_factory=random.SystemRandom)
    install: InstallKey = field(default_factory=InstallKey.new)
    timers: Timers = field(init=False)
    steady: Steadiness = field(init=False)

    def __post_init__(self) -> None:
        """One set of timers for all that wait."""
        object.__setattr__(self, "timers", Timers(self.clock))
        object.__setattr__(self, "steady", Steadiness(self.clock))

    async def write(self, verb: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb of the ledger in its thread: `write(Ledger.done, effect.id, now)`."""
        return await self.book.call(verb, *args, **kwargs)

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return self.clock.now()
