"""One reply from due to its outcome: prepare, claim, deliver, record, in this order and never back from doubt.

The only module that changes a reply's row. What it returns says how long the account had better rest.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from triaged.clock import Clock
from triaged.core import backoff
from triaged.core.errors import TriagedError
from triaged.core.guard import Refusal
from triaged.core.reply import ComposeError
from triaged.core.template import TemplateError
from triaged.delivery import Deferred, InDoubt, Outcome, Refused, Sent
from triaged.ledger import (
    Accepted,
    Attempt,
    Claimed,
    Ledger,
    LedgerBusy,
    LedgerError,
    LedgerFull,
    LedgerThread,
    LedgerUnavailable,
    NotClaimed,
    Place,
    PromiseRow,
    ReplyRow,
    Response,
)
from triaged.ledger.entries import BOUNCED_FOR
from triaged.log.events import Events
from triaged.outbox import telling
from triaged.outbox.prepared import (
    AlreadyBegun,
    Cancelled,
    Held,
    NotNow,
    Preparation,
    Ready,
    Stuck,
    Suppressed,
    Wait,
    Way,
)
from triaged.outbox.schedule import pause_after

T = TypeVar("T")

_RENDERINGS = 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What serving needs beside the reply: the account's id in the ledger, its mailbox, the ledger, time, log, chance."""

    account: int
    preparation: Preparation
    book: LedgerThread
    clock: Clock
    events: Events
    chance: random.Random


class Serving:
    """Serves the replies of one account, one at a time."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._account, self._preparation = surroundings.account, surroundings.preparation
        self._book, self._clock = surroundings.book, surroundings.clock
        self._events, self._chance = surroundings.events, surroundings.chance
        self._failures = 0
        self._fuse_told = False
        self._last_try = float("-inf")
        self._rest: Wait | None = None
        self._begun = False  # the reply in hand is marked in the mailbox
        self.stuck: Stuck | None = None
        self.went_at: datetime | None = None

    def start_afresh(self) -> None:
        """The next trouble is the first again: somebody has mended something, or thinks so."""
        self._failures = 0

    async def serve(self, reply: ReplyRow) -> Wait | None:
        """Take one due reply as far as it gets; until when the account had better rest, if it had.

        Args:
            reply: its row, read after the look.

        Raises:
            LedgerError: the ledger can do nothing; what was already done is written down first where it can be.
        """
        self._rest = None
        try:
            await self._serve(reply)
        except TriagedError:
            raise
        except Exception as error:  # noqa: BLE001 — the top of one reply's path: its own trouble must not stop those behind it
            await self._give_up(reply.id, error)
        return self._rest

    async def _give_up(self, reply_id: int, error: Exception) -> None:
        """Fail closed: a mistake of ours leaves the reply to a person, and in doubt where its body had begun."""
        reply = await self._write(lambda ledger: ledger.reply(reply_id))
        if reply is None:
            return
        words = f"{type(error).__name__}: {error}"
        if reply.stage == "data":
            await self._record(reply, InDoubt(words), self._preparation.way())
        else:
            await self.hold(reply, words)

    async def hold(self, reply: ReplyRow, reason: str) -> None:
        """Let it wait for a person."""
        if await self._write(lambda ledger: ledger.hold(reply.id, reason)):
            telling.held(self._events, reply, reason)

    async def _serve(self, reply: ReplyRow) -> None:
        """From due to its outcome, as far as it gets. The claim sees what has changed since the row was read."""
        row: ReplyRow | None = reply
        for _ in range(_RENDERINGS):
            if row is None or row.state != "waiting":
                return  # somebody has dealt with it
            way = self._preparation.way()
            if self._clock.now() > way.held_after(row):
                await self.hold(row, f"late: it could not go within {way.late} of its time")
                return
            if way.delivery is None and row.mode == "send":
                await self.hold(row, "no submission server is configured")
                return
            if not await self._served(row, way):
                return
            row = await self._write(lambda ledger: ledger.reply(reply.id))

    async def _served(self, reply: ReplyRow, way: Way) -> bool:
        """Prepare, claim and carry out; True: something joined or left it meanwhile, it is to be rendered again."""
        ready = await self._prepared(reply)
        if ready is None:
            return False
        ready = replace(ready, raw=await self._same_octets(reply, ready.raw))
        claimed = await self._claim(reply, ready, way)
        if isinstance(claimed, NotClaimed):
            if claimed.code == "changed":
                return True
            if claimed.code == "later" and claimed.reply is not None:
                telling.waits_its_turn(self._events, claimed.reply)
            if claimed.refusal is not None:
                self._tell_unclaimed(claimed.reply or reply, claimed.refusal)
            return False
        self._fuse_told = False
        await self._carry_out(claimed.reply, ready, way)
        return False

    async def _prepared(self, reply: ReplyRow) -> Ready | None:
        try:
            prepared = await self._preparation.prepare(reply)
        except (TemplateError, ComposeError) as error:
            prepared = Held(str(error))
        except LedgerError:
            raise
        except TriagedError as error:
            self._rest = Wait(self._clock.now() + backoff.LOOK.after(), str(error))
            return None
        now = self._clock.now()
        match prepared:
            case Ready():
                return prepared
            case Suppressed(code, reason):
                if await self._write(lambda ledger: ledger.suppress(reply.id, code, now)):
                    telling.suppressed(self._events, reply, code, reason)
            case Held(reason):
                await self.hold(reply, reason)
            case Cancelled(reason):
                if await self._write(lambda ledger: ledger.cancel(reply.id, reason, now)):
                    telling.cancelled(self._events, reply, reason)
            case NotNow(reason):
                try_at = now + backoff.LOOK.after()
                await self._write(lambda ledger: ledger.put_off(reply.id, try_at, reason))
            case _:
                assert_never(prepared)
        return None

    async def _claim(self, reply: ReplyRow, ready: Ready, way: Way) -> Claimed | NotClaimed:
        now = self._clock.now()
        attempt = Attempt(
            ready.raw,
            now,
            now + backoff.REPLY.after(reply.tries + 1, self._chance.random()),
            ready.every,
            items=ready.items,
            fuse=way.fuse,
            turns=ready.turns,
            words=ready.words,
            tells_all=ready.tells_all,
            synced=reply.mode != "send",  # a draft is written at once
        )
        return await self._write(lambda ledger: ledger.claim(reply.id, attempt))

    async def _same_octets(self, reply: ReplyRow, raw: bytes) -> bytes:
        """A later attempt sends the very octets of the first, where nothing but the hour has changed since."""
        if not reply.tries:
            return raw
        before = await self._write(lambda ledger: ledger.reply_raw(reply.id))
        return before if before is not None and _undated(before) == _undated(raw) else raw

    async def _carry_out(self, reply: ReplyRow, ready: Ready, way: Way) -> None:
        if reply.mode == "draft":
            await self._draft(reply, ready.raw)
            return
        assert way.delivery is not None  # looked at before the claim
        await self._pace(way)
        outcome: Outcome
        self._begun = False
        try:
            outcome = await way.delivery.deliver(ready.envelope, ready.raw, lambda: self._on_data(reply))
        except AlreadyBegun as begun:
            outcome, self._begun = InDoubt(str(begun)), False
        except TriagedError as error:  # from `on_data`: it could not be written down, so no octet of the body was sent
            outcome = Deferred(0, str(error))
        if self._begun and isinstance(outcome, Deferred | Refused):
            await self._preparation.take_back(reply)
        await self._record(reply, outcome, way)

    async def _on_data(self, reply: ReplyRow) -> None:
        """Write down that the body is about to be sent, in the mailbox too: from here on, a loss is a doubt."""
        await self._preparation.begin(reply)
        self._begun = True
        if not await self._write(lambda ledger: ledger.mark_data(reply.id)):
            raise _NotOursError(f"reply {reply.id} is not ours to send any more")

    async def _draft(self, reply: ReplyRow, raw: bytes) -> None:
        try:
            place = await self._preparation.draft(reply, raw)
        except TriagedError as error:
            await self._retry(reply, Deferred(0, str(error)))
            return
        await self._drafted(reply, place)

    async def _drafted(self, reply: ReplyRow, place: Place | None) -> None:
        now = self._clock.now()
        await self._surely(lambda ledger: ledger.drafted(reply.id, now, place))
        telling.drafted(self._events, reply, place)

    async def _pace(self, way: Way) -> None:
        """Keep to the number of messages a minute that the server takes."""
        if way.per_minute:
            wait = self._last_try + 60 / way.per_minute - self._clock.elapsed()
            if wait > 0:
                await self._clock.sleep(wait)
        self._last_try = self._clock.elapsed()

    # -- outcomes

    async def _record(self, reply: ReplyRow, outcome: Outcome, way: Way) -> None:
        now = self._clock.now()
        before = await self._promised(reply)
        if not (isinstance(outcome, Deferred) and outcome.account_wide):
            self.stuck, self.went_at = None, now  # this one at least was listened to
        match outcome:
            case Sent(code, text, _, learned):
                self._failures = 0
                promise = await self._surely(
                    lambda ledger: ledger.sent(
                        reply.id, Accepted(now, Response(code, text), way.saves_sent, (reply.rcpt,))
                    )
                )
                telling.sent(self._events, reply, promise, before)
                await self._tell_beside(reply)
                if learned:
                    with suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # else the next start learns it again
                        await self._preparation.learned(learned)
            case Deferred():
                await self._retry(reply, outcome)
            case Refused(code, text):
                self._failures = 0
                await self._surely(lambda ledger: ledger.failed(reply.id, now, Response(code, text)))
                if telling.no_such_address(code, text):
                    await self._surely(lambda ledger: ledger.bounced(reply.id, now + BOUNCED_FOR, now, text))
                telling.failed(self._events, reply, code, text)
            case InDoubt(text):
                promise = await self._surely(lambda ledger: ledger.in_doubt(reply.id, now, text))
                telling.in_doubt(self._events, reply, text, promise, before)
                await self._tell_beside(reply)
            case _:
                assert_never(outcome)

    async def _tell_beside(self, reply: ReplyRow) -> None:
        """Promises of other threads, of which its words told, too."""
        if len(reply.items) > 1:
            for promise in await self._surely(lambda ledger: ledger.promises_beside(reply.id)):
                telling.told(self._events, reply, promise, None)

    async def _promised(self, reply: ReplyRow) -> PromiseRow | None:
        """The promise as it was before this reply told it."""
        number = reply.promise
        return None if number is None else await self._surely(lambda ledger: ledger.promise(number))

    async def _retry(self, reply: ReplyRow, deferred: Deferred) -> None:
        """Back to waiting; trouble of the whole account makes it rest, a last attempt ends in failure."""
        now = self._clock.now()
        if deferred.most_tries is not None and reply.tries >= deferred.most_tries:
            await self._record(reply, Refused(deferred.code, deferred.text), self._preparation.way())
            return
        try_at = now + max(
            deferred.retry_after or timedelta(0), backoff.REPLY.after(reply.tries, self._chance.random())
        )
        if deferred.account_wide:
            self._failures += 1
            self.stuck = Stuck(self.stuck.since if self.stuck else now, deferred.text)
            try_at = now + pause_after(deferred, self._failures)
            self._rest = Wait(try_at, deferred.text)
            telling.resting(self._events, deferred, try_at)
        last = self._preparation.way().held_after(reply) + timedelta(seconds=1)  # there it is held
        try_at = min(try_at, max(last, now))
        response = Response(deferred.code or None, deferred.text)
        await self._surely(lambda ledger: ledger.retry_reply(reply.id, try_at, response))
        telling.retrying(self._events, reply, deferred, try_at)

    def _tell_unclaimed(self, reply: ReplyRow, refusal: Refusal) -> None:
        match refusal.ends:
            case "held":
                telling.held(self._events, reply, refusal.reason, no_reply=refusal.code)
                if not self._fuse_told:
                    self._fuse_told = True
                    telling.fuse(self._events)
            case "cancelled":
                telling.cancelled(self._events, reply, refusal.reason)
            case "suppressed":
                telling.suppressed(self._events, reply, refusal.code, refusal.reason)

    # -- the ledger

    async def _write(self, use: Callable[[Ledger], T]) -> T:
        return await self._book.call(use)

    async def _surely(self, use: Callable[[Ledger], T]) -> T:
        """Write down what has already happened, however long the ledger takes to have room for it."""
        while True:
            with suppress(LedgerBusy, LedgerFull, LedgerUnavailable):
                return await self._book.call(use)
            await self._clock.sleep(backoff.RECORD.after().total_seconds())


class _NotOursError(TriagedError):
    """The row was taken away while the server was asked."""


def _undated(raw: bytes) -> bytes:
    """A message without its Date field, which is all that may differ between two renderings of the same words."""
    head, _, rest = raw.partition(b"\r\nDate: ")
    return head + rest.partition(b"\r\n")[2]
