"""The rounds: promises, digest, agenda and pushes of every person, looked at whenever something may be due."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, assert_never

from triaged.account.context import Context
from triaged.account.loglines import of_item, of_promise, of_reply
from triaged.clock import LONGEST_NAP, Bell
from triaged.core.errors import TriagedError
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerFull, LedgerUnavailable
from triaged.ledger.values import Item, PromiseRow, ReplyRow
from triaged.log.events import Events
from triaged.person import callreturns, digest, promiseclock, push
from triaged.person.outagewatch import Lookout
from triaged.person.personcontext import Household


class Rounds:
    """One loop for all persons. `households` is asked anew each time: a reload may have changed them."""

    def __init__(
        self,
        office: Context,
        households: Callable[[], Sequence[Household]],
        *,
        send: push.Send = push.send_by_apprise,
        subjects: Callable[[], bool] = lambda: True,
    ) -> None:
        self._office = office
        self._households = households
        self._send = send
        self._subjects = subjects
        self._lookout = Lookout(office)
        self._wake = Bell()
        self._stopping = False
        self._sleeping = False
        self._called_on = False  # calls have been followed since the configuration was read

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nobody has asked to look."""
        return self._sleeping and not self._wake.is_set()

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step in hand."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Go round until stopped."""
        while not self._stopping:
            self._wake.clear()
            await self.once()
            nap = await self._until_next()
            self._sleeping = True
            try:
                await self._office.clock.sleep(nap, self._wake)
            finally:
                self._sleeping = False

    async def _until_next(self) -> float:
        """Seconds to the next promise that falls due or is to be warned of; a minute at most."""
        warn = self._longest_warning(self._households())
        now = self._office.now()
        try:
            due = await self._office.write(Ledger.next_promise_due, now, warn)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            return LONGEST_NAP
        return LONGEST_NAP if due is None else min(LONGEST_NAP, (due - now).total_seconds())

    async def once(self) -> None:
        """Go round once; one person's trouble never touches another. Who has nothing due costs no look at the ledger."""
        households = self._households()
        try:
            await self._tell_of_commands()
            await self._follow_calls(households)
            for household in await self._due(households):
                await _alone(promiseclock.keep(self._office, household), household)
            for household in households:
                await _alone(self._deliver(household), household)
                await _alone(self._lookout.look(household), household)
            for household in await self._due(households):
                await _alone(self._push(household), household)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            return  # the desks say so; the next round tries again

    async def _due(self, households: Sequence[Household]) -> list[Household]:
        """Those about whose promises something is to be done, or to whom a push is due."""
        warn = self._longest_warning(households)
        due = await self._office.write(Ledger.people_due, self._office.now(), warn)
        return [household for household in households if household.key in due]

    @staticmethod
    def _longest_warning(households: Sequence[Household]) -> timedelta:
        return max((one.person.promises.warn.fixed for one in households), default=timedelta(0))

    async def _tell_of_commands(self) -> None:
        """What was done from the command line stands in the log too."""
        for done in await self._office.write(Ledger.told):
            match done:
                case ReplyRow():
                    events = self._events_of(done.account, done.person)
                    events.emit("reply.cancelled", **of_reply(done), reason="triaged cancel", by="command")
                case PromiseRow():
                    events = self._events_of(None, done.person)
                    events.emit("promise.settled", **of_promise(done), reason="triaged release --settle", by="command")
                case Item():
                    events = self._events_of(done.account, done.person)
                    events.emit("pass.refunded", **of_item(done), reason="triaged release --refund", by="command")
                case _:
                    assert_never(done)

    def _events_of(self, account: int | None, key: str) -> Events:
        """The log of that account, else of that person, else the service's."""
        for household in self._households():
            if household.key == key:
                desks = household.desks.values()
                return next((desk.events for desk in desks if desk.row.id == account), household.events)
        return self._office.events

    def moved(self) -> None:
        """The configuration has changed: calls may have moved."""
        self._called_on = False
        self.wake()

    async def _follow_calls(self, households: Sequence[Household]) -> None:
        """Once after each reading of the configuration; the one of a start may be another than that of the last stop."""
        if self._called_on:
            return
        self._called_on = True  # first: the configuration may be read again meanwhile
        try:
            for household in households:
                await _alone(promiseclock.follow_calls(self._office, household), household)
                await _alone(callreturns.follow(self._office, household), household)
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            self._called_on = False
            raise

    async def _deliver(self, household: Household) -> None:
        await digest.deliver(self._office, household)
        if household.person.report is not None:
            from triaged.person import reportmail  # figures and plots: most starts need none of them

            await reportmail.deliver(self._office, household)

    async def _push(self, household: Household) -> None:
        await push.push_due(self._office, household, self._send, subjects=self._subjects())


async def _alone(step: Coroutine[Any, Any, None], household: Household) -> None:
    """One step for one person; its trouble is hers."""
    try:
        await step
    except (LedgerDamaged, LedgerBusy, LedgerFull, LedgerUnavailable):
        raise
    except TriagedError as error:
        household.events.emit("account.degraded", error=str(error), reason="it is tried again in a minute")
