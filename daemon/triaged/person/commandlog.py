"""What was done from outside the daemon stands in the log too: by commands, by answers to our mails; and pauses that end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from triaged.account.context import Context
from triaged.account.loglines import of_item, of_promise, of_reply
from triaged.ledger import Ledger
from triaged.ledger.said import By, Said
from triaged.log.events import Events
from triaged.person.personcontext import PersonContext

_COMMANDS = {
    "reply.cancelled": "triaged cancel",
    "reply.scheduled": "triaged send",
    "promise.settled": "triaged settle",
    "pass.refunded": "triaged release --refund",
    "message.snoozed": "triaged snooze",
    "message.settled": "triaged settle",
}
_WHO: Mapping[By, str] = {
    "mail": "by a mail of mine",
    "page": "on the page",
    "person": "by hand",
    "agenda": "after the call",
}


async def tell(context: Context, people: Sequence[PersonContext]) -> None:
    """Tell what was done since this was asked last."""
    for said in await context.write(Ledger.told):
        await _Telling(context, people, said).tell()


class _Telling:
    """One act on its way into the log of whom it concerns."""

    def __init__(self, context: Context, people: Sequence[PersonContext], said: Said) -> None:
        self.context, self.people, self.said = context, people, said
        self.reason = _COMMANDS.get(said.event, "") if said.by == "command" else _WHO[said.by]

    async def tell(self) -> None:
        """One line."""
        match self.said.event:
            case "reply.cancelled" | "reply.scheduled":
                await self._reply()
            case "promise.settled":
                await self._promise()
            case "service.paused" | "service.resumed" | "config.reloaded":
                await self._person()
            case _:
                await self._item()

    async def _reply(self) -> None:
        reply = await self.context.write(Ledger.reply, self.said.about)
        if reply is not None:
            events = self._events(reply.account, reply.person)
            at = reply.send_at if self.said.event == "reply.scheduled" else None
            events.emit(self.said.event, **of_reply(reply), send_at=at, reason=self.reason, by=self.said.by)

    async def _promise(self) -> None:
        promise = await self.context.write(Ledger.promise, self.said.about)
        if promise is not None:
            events = self._events(None, promise.person)
            events.emit(self.said.event, **of_promise(promise), reason=self.reason, by=self.said.by)

    async def _item(self) -> None:
        item = await self.context.write(Ledger.item, self.said.about)
        if item is None:
            return
        until = await self.context.write(Ledger.comes_back, item.id) if self.said.event == "message.snoozed" else None
        self._events(item.account, item.person).emit(
            self.said.event, **of_item(item), until=until, folder=item.folder, uid=item.uid, reason=self.reason,
            by=self.said.by,
        )  # fmt: skip

    async def _person(self) -> None:
        events, until = self._events(None, self.said.words), None
        reason = "days away have changed" if self.said.event == "config.reloaded" else "what waited goes on"
        if self.said.event == "service.paused":
            until = (await self.context.write(Ledger.pauses)).get(self.said.words)
            reason = "nothing is sent or moved; what is put aside comes back"
        events.emit(self.said.event, until=until, reason=reason, by=self.said.by)

    def _events(self, number: int | None, key: str) -> Events:
        """The log of that account, else of that person, else the service's."""
        for one in self.people:
            if one.key == key:
                account = one.account_of(number)
                return account.loop.events if account is not None else one.events
        return self.context.events


async def end_pauses(context: Context, people: Sequence[PersonContext]) -> None:
    """A pause that was to last until now is over: what waited goes on."""
    pauses = await context.write(Ledger.pauses)
    now = context.now()
    for one in people:
        if _is_over(pauses.get(one.key), now) and await context.write(Ledger.resume, one.key, None, due=now):
            one.events.emit("service.resumed", reason="the pause is over: what waited goes on")
            for account in one.accounts.values():
                account.loop.wake.set()
                account.loop.on_news()


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now
