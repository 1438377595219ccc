"""Every end that can be known is said ahead; every one that came is said. By a driven clock, over days and a month."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.provider import HABITS, Bad, Provider
from integration.oauth.oauthkit import LOGIN, Kept, signed_in
from server.clock import DrivenClock
from triaged.core.settings import OAuth
from triaged.delivery.oauth import Holder, Keeper, News, Store
from triaged.delivery.oauth.authorization import authorization_server
from triaged.delivery.oauth.lifetime import death
from triaged.delivery.oauth.web import web

DAY = timedelta(days=1)


async def pass_days(kept: Kept, days: int) -> None:
    for _ in range(days * 12):
        await kept.clock.leap(timedelta(hours=2))
        await kept.keeper.once()


def days_ahead(kept: Kept) -> list[float]:
    """How long before the end each warning was given."""
    return [
        round((news.at - at) / DAY, 1) for at, news in kept.heard if news.what == "expiring" and news.at is not None
    ]


@pytest.mark.parametrize("says", ["sign-in", "always"])
@pytest.mark.parametrize("testing", [False, True])
async def test_an_end_that_the_provider_tells_is_said_three_days_and_a_day_ahead(
    kept: Kept, says: str, *, testing: bool
):
    kept.provider.ends, kept.provider.says_end = timedelta(days=7), says
    signed_in(kept.provider, kept.store, testing=testing)
    await pass_days(kept, 8)
    assert kept.told() == ["expiring", "expiring", "lapsed"]
    assert days_ahead(kept) == [3.0, 1.0]


async def test_a_figure_that_stays_the_same_is_put_off_by_each_renewal(kept: Kept):
    kept.provider.ends, kept.provider.says_end = timedelta(days=400), "sliding"
    kept.provider.odd = {"refresh_token_expires_in": 2 * 86_400}
    signed_in(kept.provider, kept.store)
    await pass_days(kept, 6)
    assert kept.news == []


async def test_an_end_that_was_told_and_did_not_come_is_forgotten(kept: Kept):
    kept.provider.ends, kept.provider.says_end = timedelta(days=2), "sign-in"
    signed_in(kept.provider, kept.store)
    kept.provider.ends = None
    await pass_days(kept, 3)
    token = kept.store.read(LOGIN)
    assert token is not None
    assert token.refresh_expires_at is None
    assert "lapsed" not in kept.told()


@pytest.mark.parametrize("hours", [30, 12])
async def test_a_sign_in_of_hours_is_warned_of_once(kept: Kept, hours: int):
    kept.provider.ends, kept.provider.says_end = timedelta(hours=hours), "always"
    signed_in(kept.provider, kept.store)
    await kept.later(hours=hours + 2)
    assert kept.told() == ["expiring", "lapsed"]


async def test_an_end_is_said_ahead_while_the_endpoint_is_away(kept: Kept):
    kept.provider.ends, kept.provider.says_end = timedelta(days=7), "always"
    signed_in(kept.provider, kept.store)
    await pass_days(kept, 3)
    kept.provider.bad = Bad(503)
    await pass_days(kept, 2)
    assert kept.told() == ["failing", "expiring"]


async def test_a_restart_says_no_warning_a_second_time(kept: Kept):
    kept.provider.ends, kept.provider.says_end = timedelta(days=7), "always"
    signed_in(kept.provider, kept.store)
    await pass_days(kept, 5)
    again = kept.restarted()
    await pass_days(again, 1)
    stamps = [news.stamp for each in (kept, again) for news in each.news]
    assert len(stamps) == 3
    assert len(set(stamps)) == 2  # a push is planned once for a stamp


# --- a month ---------------------------------------------------------------------------------------------------------


@dataclass
class Month:
    """Sign-ins at four kinds of provider, one keeper, and what it told, hour by hour."""

    folder: Path
    clock: DrivenClock = field(default_factory=DrivenClock)
    heard: list[tuple[datetime, News]] = field(default_factory=list)
    providers: dict[str, Provider] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.folder / "tokens")

        async def tell(news: News) -> None:
            self.heard.append((self.clock.now(), news))

        async def secret(holder: Holder) -> str | None:
            return self.secrets.get(holder.login)

        self.keeper = Keeper(
            self.store, self.clock, lambda: list(self.holders.values()), secret, tell, web=lambda _: web(deadline=30)
        )

    def add(self, name: str, provider: Provider, grant: Any) -> None:
        endpoints = {"token_url": provider.url + "/token", "device_url": provider.url + "/device"}
        known = "google" if name.startswith("google") else "microsoft"
        self.providers[name] = provider
        self.holders[name] = Holder(name, name, OAuth(known, provider.client_id, None, grant, endpoints=endpoints))

    def sign_in(self, name: str) -> None:
        """With a code at the tests' provider, whatever flow the known one has for mail."""
        holder = self.holders[name]
        by_code = replace(holder, oauth=replace(holder.oauth, provider="id.example", grant="device"))
        token = signed_in(self.providers[name], self.store, by_code, testing=name == "google-testing")
        self.store.write(name, replace(token, provider=holder.oauth.provider, grant=holder.oauth.grant))

    def of(self, name: str) -> list[str]:
        return [news.what for _, news in self.heard if news.holder.login == name]

    def deaths_known_of(self) -> dict[str, datetime]:
        """Ends that stand on disk and cannot be put off."""
        found = {}
        for name, holder in self.holders.items():
            token = self.store.read(name)
            end = death(token, authorization_server(holder.oauth)) if token is not None else None
            if end is not None and not end.by_use:
                found[name] = end.at
        return found


async def test_in_a_month_every_death_is_said_ahead_where_it_can_be_and_none_is_missed(tmp_path: Path):
    month = Month(tmp_path)
    with ExitStack() as providers:
        for name, grant in (
            ("google-testing", "authorization_code"), ("google", "authorization_code"), ("microsoft", "device"),
            ("microsoft-application", "client_credentials"),
        ):  # fmt: skip
            habits = Provider(now=month.clock.now, pending=0, **HABITS[name])
            month.add(name, providers.enter_context(habits), grant)
        for name in ("google-testing", "google", "microsoft"):
            month.sign_in(name)
        month.secrets["microsoft-application"] = "the first"
        events: dict[int, Callable[[], None]] = {
            12 * 24: lambda: month.providers["microsoft"].revoke("dana"),  # an administrator
            13 * 24: lambda: month.sign_in("microsoft"),
            15 * 24: lambda: setattr(
                month.providers["microsoft-application"], "client_secret", "the second"
            ),  # expired
            16 * 24: lambda: month.secrets.update({"microsoft-application": "the second"}),
            16 * 24 + 3: month.keeper.reconsider,
            20 * 24: lambda: month.providers["microsoft"].revoke("dana"),  # again, with the same words
            21 * 24: lambda: month.sign_in("microsoft"),
            25 * 24: lambda: month.providers["google"].revoke("dana"),  # a new password
            26 * 24: lambda: month.sign_in("google"),
        }
        ended: set[tuple[str, datetime]] = set()
        for hour in range(0, 31 * 24, 3):
            events.get(hour, lambda: None)()
            known = month.deaths_known_of()
            await month.clock.leap(timedelta(hours=3))
            await month.keeper.once()
            ended |= {(name, at) for name, at in known.items() if at <= month.clock.now()}
            lapsed = month.of("google-testing")[-1:] == ["lapsed"]
            if lapsed and hour % 24 == 6:  # the person types it in the morning
                month.sign_in("google-testing")
    assert len(ended) == 4  # a week each
    assert month.of("google-testing")[:15] == (["expiring", "expiring", "lapsed", "restored"] * 4)[:15]
    for name, at in ended:
        ahead = [
            round((at - when) / DAY) for when, news in month.heard if news.holder.login == name and news.at and news.what == "expiring"
            and abs(news.at - at) < timedelta(minutes=5)
        ]  # fmt: skip
        assert ahead == [3, 1]
    assert month.of("microsoft") == ["lapsed", "restored"] * 2
    assert month.of("microsoft-application") == ["lapsed", "restored"]
    assert month.of("google") == ["lapsed", "restored"]
    told = [news.stamp for _, news in month.heard if news.what in ("expiring", "lapsed")]
    assert len(told) == len(set(told))  # each is pushed, and once
