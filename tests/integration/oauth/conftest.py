"""A provider, a clock that both sides share, a store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.provider import Provider
from integration.oauth.oauthkit import Kept, holder_at
from server.clock import DrivenClock
from triaged.delivery.oauth import Store


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def provider(clock: DrivenClock) -> Iterator[Provider]:
    with Provider(now=clock.now, pending=0) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "tokens")


@pytest.fixture
def kept(provider: Provider, clock: DrivenClock, store: Store) -> Kept:
    return Kept(provider, clock, store, [holder_at(provider)])
