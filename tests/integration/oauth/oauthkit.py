"""What the tests of tokens share: a holder at the tests' provider, a keeper with a driven clock, the news it tells."""

import random
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.provider import Provider
from server.clock import DrivenClock
from triaged.core.settings import OAuth
from triaged.delivery.oauth import Holder, Keeper, News, Store, Token
from triaged.delivery.oauth.login import Talk, sign_in
from triaged.delivery.oauth.web import web

LOGIN = "dana@imap.example"


def oauth_at(provider: Provider, grant: Any = "device", **more: Any) -> OAuth:
    return OAuth("id.example", provider.client_id, None, grant, endpoints={"issuer": provider.url}, **more)


def holder_at(provider: Provider, grant: str = "device") -> Holder:
    return Holder(LOGIN, "work", oauth_at(provider, grant))


def talk(said: list[str] | None = None, browser: Callable[[str], object] = lambda _: None, pasted: Any = None) -> Talk:
    heard: list[str] = [] if said is None else said
    return Talk(heard.append, lambda _: None, pasted, browser)


def signed_in(provider: Provider, store: Store, holder: Holder | None = None, *, testing: bool = False) -> Token:
    """Somebody has signed in with a code."""
    holder = holder or holder_at(provider)
    token = sign_in(
        holder, provider.client_secret, web(deadline=30), talk(), provider.now, user="dana", testing=testing
    )  # fmt: skip
    with store.lock(holder.login):
        store.write(holder.login, token)
    return token


def visit(url: str) -> None:
    """A browser: it follows the redirect to this machine, in a thread of its own."""

    def go() -> None:
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()

    threading.Thread(target=go, daemon=True).start()


@dataclass
class Kept:
    """A keeper, its clock, and what it told."""

    provider: Provider
    clock: DrivenClock
    store: Store
    holders: list[Holder]
    news: list[News] = field(default_factory=list)
    heard: list[tuple[datetime, News]] = field(default_factory=list)  # and when
    secret: str | None = None
    deadlines: dict[str, float] = field(default_factory=dict)  # by login
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        async def tell(news: News) -> None:
            self.news.append(news)
            self.heard.append((self.clock.now(), news))

        async def secret(_: Holder) -> str | None:
            return self.secret

        self.keeper = Keeper(
            self.store, self.clock, lambda: self.holders, secret, tell,
            chance=random.Random(1), web=lambda holder: web(deadline=self.deadlines.get(holder.login, 30)),
        )  # fmt: skip

    def told(self) -> list[str]:
        return [news.what for news in self.news]

    def restarted(self) -> "Kept":
        """The same folder, after the process has begun anew."""
        return Kept(self.provider, self.clock, self.store, self.holders, secret=self.secret)

    async def later(self, **span: float) -> None:
        """Time passes, step by step, and the keeper looks after its tokens each time."""
        left = timedelta(**span)
        while left > timedelta(0):
            step = min(left, timedelta(minutes=5))
            await self.clock.leap(step)
            await self.keeper.once()
            left -= step


def file_of(store: Store) -> Path:
    return store.file(LOGIN)
