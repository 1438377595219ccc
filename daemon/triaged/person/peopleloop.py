"""The loop of the persons: promises, digest, agenda and pushes of each, looked at whenever something may be due."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from triaged.account.context import Context
from triaged.clock import LONGEST_NAP, WakeEvent
from triaged.core.errors import TriagedError
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerFull, LedgerUnavailable
from triaged.person import (
    aftercall,
    agenda,
    awaydays,
    backnote,
    callreturns,
    commandlog,
    digest,
    movedcalls,
    observing,
    paper,
    promiseclock,
    watched,
)
from triaged.person.outagewatch import OutageWatch, Patience
from triaged.person.personcontext import PersonContext
from triaged.person.push import Pushes

JUDGED_AFTER, WRITTEN_AFTER = 6 * 3600.0, 3600.0
"""Seconds after which promises are judged, and digests written, by a clock that somebody has set."""


class PeopleLoop:
    """One loop for all persons. `people` is asked anew each time: a reload may have changed them."""

    def __init__(
        self,
        context: Context,
        people: Callable[[], Sequence[PersonContext]],
        pushes: Pushes,
        patience: Callable[[], Patience] = Patience,
    ) -> None:
        self.pushes = pushes
        self.left_out: Callable[[], Sequence[PersonContext]] = tuple
        """Persons for whom nothing is decided, but who are told what they must know."""
        self._context = context
        self._people = people
        self._outages = OutageWatch(context, patience)
        self._wake = WakeEvent()
        self._stopping = False
        self._sleeping = False
        self._called_on = False  # calls have been followed since the configuration was read

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nobody has asked to look."""
        return self._sleeping and not self._wake.is_set()

    def wake(self) -> None:
        """Look at everybody now: something may be due."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopping = True
        self._wake.set()

    def reloaded(self) -> None:
        """Take note that the configuration has changed: calls may have moved."""
        self._called_on = False
        self.wake()

    async def run(self) -> None:
        """Go round until stopped."""
        while not self._stopping:
            self._wake.clear()
            await self.once()
            nap = await self._until_next()
            self._sleeping = True
            try:
                await self._context.clock.sleep(nap, self._wake)
            finally:
                self._sleeping = False

    async def _until_next(self) -> float:
        """Seconds to the next promise that falls due or is to be warned of; a minute at most."""
        warn = _longest_warning(self._people())
        now = self._context.now()
        try:
            due = await self._context.write(Ledger.next_promise_due, now, warn)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            return LONGEST_NAP
        return LONGEST_NAP if due is None else min(LONGEST_NAP, (due - now).total_seconds())

    async def once(self) -> None:
        """Go round once; one person's trouble never touches another. Who has nothing due costs no look at the ledger."""
        people = self._people()
        try:
            await commandlog.tell(self._context, people)
            await commandlog.end_pauses(self._context, people)
            await self._follow_calls(people)
            if not self._context.steady.unsure_for(JUDGED_AFTER):
                for one in await self._due(people):
                    await _alone(promiseclock.keep(one), one)
            written = not self._context.steady.unsure_for(WRITTEN_AFTER)
            for one in people:
                if written:
                    await _alone(_deliver(one), one)
                await _alone(self._outages.look(one), one)
            for one in self.left_out():
                await _alone(self._outages.look(one), one)
            for one in await self._due([*people, *self.left_out()]):
                await _alone(self.pushes.push_due(one), one)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            return  # the accounts' loops say so; the next round tries again

    async def compute_again(self) -> None:
        """The clock was ahead, and is back."""
        for one in self._people():
            await _alone(callreturns.compute_again(one), one)
        self.wake()

    async def _due(self, people: Sequence[PersonContext]) -> list[PersonContext]:
        """Those about whose promises something is to be done, or to whom a push is due."""
        due = await self._context.write(Ledger.people_due, self._context.now(), _longest_warning(people))
        return [one for one in people if one.key in due]

    async def _follow_calls(self, people: Sequence[PersonContext]) -> None:
        """Once after each reading of the configuration; the one of a start may be another than that of the last stop."""
        if self._called_on:
            return
        self._called_on = True  # first: the configuration may be read again meanwhile
        try:
            for one in people:
                await _alone(movedcalls.follow(one), one)
                await _alone(callreturns.follow(one), one)
                await _alone(awaydays.ask(one), one)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            self._called_on = False
            raise


def _longest_warning(people: Sequence[PersonContext]) -> timedelta:
    return max((one.person.promises.warn.reach(one.now(), one.person.worktime) for one in people), default=timedelta(0))


async def _deliver(context: PersonContext) -> None:
    await watched.note(context)
    await digest.deliver(context)
    await paper.deliver(context)
    await agenda.deliver(context)
    await aftercall.settle(context)
    await backnote.deliver(context)
    await observing.deliver(context)
    if context.person.report is not None:
        from triaged.person import reportmail  # figures and plots: most starts need none of them

        await reportmail.deliver(context)


async def _alone(step: Coroutine[Any, Any, None], context: PersonContext) -> None:
    """One step for one person; its trouble is hers."""
    try:
        await step
    except (LedgerDamaged, LedgerBusy, LedgerFull, LedgerUnavailable):
        raise
    except TriagedError as error:
        context.events.emit("account.degraded", error=str(error), reason="it is tried again in a minute")
