"""The keeper of the tokens: whoever signs in asks here; it renews them ahead of time, in use or not, one at a time.

In: the logins that sign in with tokens, the clock. Out: access tokens, and news about sign-ins that die, died or live again.
Never: two renewals of one login at once; an endpoint asked again before its pause is over; a token in a word it says.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from triaged.clock import LONGEST_NAP, Clock, WakeEvent
from triaged.core.backoff import TOKEN
from triaged.core.errors import TriagedError
from triaged.delivery.oauth.authorization import authorization_server
from triaged.delivery.oauth.errors import NotNow, SignInNeeded
from triaged.delivery.oauth.holder import Holder
from triaged.delivery.oauth.lifetime import NEAR, Death, death, is_fresh, warning_due
from triaged.delivery.oauth.ownthread import in_thread
from triaged.delivery.oauth.renewal import REFUSED_AGAIN, is_due, is_of, lapse, question, renew
from triaged.delivery.oauth.tokenstore import Store, Token
from triaged.delivery.oauth.web import DEADLINE, Web
from triaged.delivery.oauth.web import web as real_web

LONGEST_WAIT = timedelta(hours=1)
"""However long a provider wants to be left alone: without a token no mail is looked at."""

STOP_PATIENCE = 30.0
"""Seconds that a stop waits for an endpoint: the refresh token that was shown to it may be good no more."""

AT_ONCE = timedelta(hours=1)
"""A token that the mail server refuses is thrown away before its time, but not oftener than this."""

# Whatever reading remote data may raise: it is that provider's trouble, and nobody else's.
_POISON = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError)
_LEAST = timedelta(seconds=30)  # a token that ends so soon is not handed out any more


@dataclass(frozen=True, slots=True)
class News:
    """What has come to pass with a sign-in. `at`: when it dies or died; `stamp`: the same for the same news."""

    what: Literal["expiring", "lapsed", "failing", "restored"]
    holder: Holder
    text: str
    stamp: str
    at: datetime | None = None


@dataclass(slots=True)
class _Watch:
    """What the keeper knows of one login beside what is on disk."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: int = 0
    not_before: float = 0.0  # of `Clock.elapsed`
    trouble: str = ""
    said: str = ""  # the stamp of the last bad news
    failing_since: datetime | None = None
    last_sign_in: datetime | None = None  # that was seen here
    anew: bool = True  # the configuration may put another question than the one that was refused
    insist: bool = False  # ask now, whatever was answered before
    denied: bool = False  # somebody asked in vain
    warned: timedelta | None = None
    thrown_away: datetime | None = None


class Keeper:
    """All tokens of a service. `holders` is asked anew each time: a reload may have changed them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        holders: Callable[[], Sequence[Holder]],
        secret: Callable[[Holder], Awaitable[str | None]],
        tell: Callable[[News], Awaitable[None]],
        *,
        chance: random.Random | None = None,
        web: Callable[[Holder], Web] = lambda holder: real_web(holder.trust_ca),
    ) -> None:
        """A keeper that does not run yet.

        Args:
            store: where tokens lie.
            clock: what time it is, and waiting.
            holders: who signs in with tokens, at this moment.
            secret: asks for a registration's secret; None where it has none.
            tell: is told the news, once each.
            chance: spreads retries.
            web: how a holder's endpoints are asked.
        """
        self._store, self._clock, self._holders = store, clock, holders
        self._secret, self._tell, self._web = secret, tell, web
        self._chance = chance or random.SystemRandom()
        self._watches: dict[str, _Watch] = {}
        self._wake = WakeEvent()
        self._under_way: set[asyncio.Future[None]] = set()
        self._waits: set[asyncio.Timeout] = set()
        self._end = 0.0  # of the loop's time, once it is to stop
        self._stopping = False
        self._sleeping = False

    # --- who asks -------------------------------------------------------------------------------------------------

    async def token(self, login: str) -> str:
        """An access token that is good for a while.

        Raises:
            SignInNeeded: a person is needed. NotNow: the endpoint is; `retry_after` says how long. StoreError.
        """
        holder = self._holder(login)
        token = await in_thread(lambda: self._store.read(login))
        ours = token is not None and (is_of(holder, token) or not holder.is_application)
        if token is not None and ours and not token.refused and is_fresh(token, self._clock.now()):
            return token.access_token
        try:
            return (await self._renewed(holder)).access_token
        except TriagedError as error:
            if isinstance(error, NotNow) and token and not token.refused and is_fresh(token, self._clock.now(), _LEAST):
                return token.access_token
            self._watch(login).denied = True
            raise
        finally:
            self._wake.set()

    async def refused(self, login: str, access_token: str) -> None:
        """The mail server does not take this access token: it is not handed out again, and another one is had now."""
        watch, now = self._watch(login), self._clock.now()
        if watch.thrown_away is not None and now - watch.thrown_away < AT_ONCE:
            return  # the one before it was new too: it is not the token's fault
        watch.thrown_away = now

        def throw_away() -> None:
            with self._store.lock(login):
                token = self._store.read(login)
                if token is not None and token.access_token == access_token:
                    self._store.write(login, replace(token, access_token="", expires_at=now))

        async with watch.lock:
            await in_thread(throw_away)
        watch.denied = True
        self._wake.set()

    # --- the loop -------------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something may have changed: somebody has signed in."""
        self._wake.set()

    def reconsider(self) -> None:
        """The configuration may be another one: what was refused is asked again where the question is another."""
        for watch in self._watches.values():
            watch.anew = True
        self._wake.set()

    def retry(self, login: str) -> None:
        """Ask for this login's token now, whatever was answered before and however short ago."""
        watch = self._watch(login)
        watch.failures, watch.not_before, watch.thrown_away, watch.insist = 0, 0.0, None, True
        self._wake.set()

    def stop(self) -> None:
        """End after the step in hand, which an endpoint may not draw out for longer than `STOP_PATIENCE`."""
        self._stopping = True
        self._end = asyncio.get_running_loop().time() + STOP_PATIENCE
        for wait in self._waits:
            wait.reschedule(min(self._end, wait.when() or self._end))
        self._wake.set()

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nobody has asked to look."""
        return self._sleeping and not self._wake.is_set()

    async def run(self) -> None:
        """Keep all tokens fresh until stopped."""
        while not self._stopping:
            self._wake.clear()
            await self.once()
            self._sleeping = True
            try:
                await self._clock.sleep(LONGEST_NAP, self._wake)
            finally:
                self._sleeping = False
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._end - asyncio.get_running_loop().time())

    async def once(self) -> None:
        """Look after every login once; one's trouble does not touch another."""
        await asyncio.gather(*(self._tend(holder) for holder in self._holders()))

    async def _tend(self, holder: Holder) -> None:
        with contextlib.suppress(TriagedError):  # the news could not be told (a ledger that is full): at the next round
            await self._look_after(holder)

    async def _look_after(self, holder: Holder) -> None:
        watch = self._watch(holder.login)
        token: Token | None = None
        try:
            token = await self._read(holder)
            if self._is_due(holder, token, watch) or await self._asks_anew(holder, token, watch):
                token = await self._renewed(holder)
            if token is not None and (why := lapse(holder, token)) is not None:
                raise why
        except SignInNeeded as needed:
            await self._say_lapsed(holder, watch, str(needed))
        except NotNow as later:
            await self._say_failing(holder, watch, later)
            await self._say_end(holder, watch, token, stuck=True)
        except TriagedError as error:
            await self._say_failing(holder, watch, error)
        else:
            await self._say_well(holder, watch, token)
            await self._say_end(holder, watch, token)

    async def _asks_anew(self, holder: Holder, token: Token | None, watch: _Watch) -> bool:
        """Whether the provider is to be asked although it is not time: a person wants it, or the question is another."""
        if token is None:
            return False
        if not watch.insist and watch.anew:
            watch.anew = False
            if token.question and question(holder, await self._secret(holder)) != token.question:
                watch.insist, watch.not_before = True, 0.0
            return watch.insist
        watch.insist = watch.insist and (bool(token.refused) or not is_fresh(token, self._clock.now()))
        return watch.insist

    async def _read(self, holder: Holder) -> Token | None:
        return await in_thread(lambda: self._store.read(holder.login))

    def _is_due(self, holder: Holder, token: Token | None, watch: _Watch) -> bool:
        """Whether the provider is to be asked, or it is to be said that nobody has signed in."""
        if self._clock.elapsed() < watch.not_before:
            return False
        if token is None:
            return True
        now = self._clock.now()
        if token.refused:
            return _ripe(token, now)
        return is_due(holder, token, now)

    async def _renewed(self, holder: Holder) -> Token:
        """A new token, from this process at most one at a time; failures are counted and waited out."""
        watch = self._watch(holder.login)
        async with watch.lock:
            if (left := watch.not_before - self._clock.elapsed()) > 0:
                raise NotNow(watch.trouble, retry_after=timedelta(seconds=left))
            try:
                secret = await self._secret(holder)
                token = await self._asked(holder, secret)
            except NotNow as later:
                watch.trouble = str(later)
                pause = self._back_off(watch, await self._bearable(holder, later.retry_after))
                raise NotNow(str(later), retry_after=pause) from None
            watch.failures, watch.not_before = 0, 0.0
            return token

    async def _asked(self, holder: Holder, secret: str | None) -> Token:
        now = self._clock.now
        token = await self._read(holder)
        ripe = token is not None and bool(token.refused) and _ripe(token, now())
        watch = self._watch(holder.login)
        insist, watch.insist = ripe or watch.insist, False

        def work() -> Token:
            return renew(self._store, holder, secret, self._web(holder), now, insist=insist)

        try:
            async with asyncio.timeout(STOP_PATIENCE if self._stopping else 2 * DEADLINE) as wait:
                self._waits.add(wait)
                try:
                    return await in_thread(work, self._under_way)
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            raise NotNow(f"{holder.oauth.provider} does not answer in time") from None
        except (OSError, ImportError) as error:  # trust_ca cannot be read; oauthlib is not there
            raise NotNow(str(error)) from error
        except _POISON as error:
            raise NotNow(f"{holder.oauth.provider}'s answer makes no sense ({type(error).__name__})") from error

    async def _bearable(self, holder: Holder, wanted: timedelta | None) -> timedelta | None:
        """What a provider asks for, as long as there is a token in hand, and an hour of it without."""
        if wanted is None:
            return None
        token, now = await self._read(holder), self._clock.now()
        in_hand = (
            token.expires_at - now if token and token.expires_at and is_fresh(token, now, _LEAST) else timedelta(0)
        )
        return min(wanted, in_hand + LONGEST_WAIT)

    def _back_off(self, watch: _Watch, wanted: timedelta | None) -> timedelta:
        watch.failures += 1
        pause = TOKEN.after(watch.failures, self._chance.random(), asked=wanted)
        watch.not_before = self._clock.elapsed() + pause.total_seconds()
        return pause

    # --- what is said -----------------------------------------------------------------------------------------------

    async def _say_lapsed(self, holder: Holder, watch: _Watch, why: str) -> None:
        """Once a death: its stamp is when that sign-in was made and refused, never the provider's words."""
        token = await self._read(holder)
        if token is None:
            died = f"gone:{watch.last_sign_in}" if watch.last_sign_in else "never"
        else:
            died = f"{token.signed_in_at}:{token.first_refused_at or token.refused_at or holder.oauth.client_id}"
        await self._say(watch, News("lapsed", holder, why, f"lapsed:{died}"))

    async def _say_failing(self, holder: Holder, watch: _Watch, error: TriagedError) -> None:
        """An endpoint that stumbles is no news while the token in hand is good."""
        end = None
        if isinstance(error, NotNow):
            token = await self._read(holder)
            if token is not None and is_fresh(token, self._clock.now(), _LEAST):
                return
            end = token.expires_at if token is not None else None
        watch.failing_since = watch.failing_since or self._clock.now()
        stamp = f"failing:{type(error).__name__}:{watch.failing_since}"
        await self._say(watch, News("failing", holder, str(error), stamp, end))

    async def _say_well(self, holder: Holder, watch: _Watch, token: Token | None) -> None:
        if token is None:
            return
        watch.last_sign_in = token.signed_in_at
        if is_fresh(token, self._clock.now(), _LEAST) and (watch.denied or watch.said):
            await self._tell(News("restored", holder, "there is a new token", f"restored:{token.renewed_at}"))
            watch.denied, watch.said, watch.failures, watch.not_before = False, "", 0, 0.0
            watch.failing_since = None

    async def _say_end(self, holder: Holder, watch: _Watch, token: Token | None, *, stuck: bool = False) -> None:
        """Ahead of the end that is known of; `stuck`: nothing can be had from the provider, and one that use puts off is far."""
        end = death(token, authorization_server(holder.oauth)) if token is not None else None
        if stuck and end is not None and end.by_use and end.at - self._clock.now() > NEAR:
            return
        ahead = warning_due(end, self._clock.now()) if end is not None else None
        if token is not None and ahead is not None and end is not None and ahead != watch.warned:
            stamp = f"expiring:{token.signed_in_at}:{end.at:%Y-%m-%d}:{ahead}"
            await self._tell(News("expiring", holder, _warning(holder, end), stamp, end.at))
        watch.warned = ahead

    async def _say(self, watch: _Watch, news: News) -> None:
        if news.stamp != watch.said:
            await self._tell(news)
            watch.said = news.stamp

    def _watch(self, login: str) -> _Watch:
        return self._watches.setdefault(login, _Watch())

    def _holder(self, login: str) -> Holder:
        found = next((each for each in self._holders() if each.login == login), None)
        if found is None:
            raise SignInNeeded(f"{login} signs in with no token any more")
        return found


def _ripe(token: Token, now: datetime) -> bool:
    return token.refused_at is None or now >= token.refused_at + REFUSED_AGAIN


def _warning(holder: Holder, end: Death) -> str:
    return f"the sign-in ends on {end.at:%Y-%m-%d at %H:%M} UTC ({end.why}); type: {holder.command}"
