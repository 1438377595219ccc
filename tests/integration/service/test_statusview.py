"""How everybody stands, by the ledger and the accounts' health: what is due today, and when a person is needed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.configurations import WHOLE, loaded
from support.ledgerkit import DAY, HOUR, MONDAY, World, answered, mail
from triaged.account.health import Health, Unwatched
from triaged.config import Loaded
from triaged.service.statusview import Live, Silent, status_of

LOGIN = "dana@imap.roth.example"


@pytest.fixture
def world() -> Iterator[World]:
    made = World.new()
    row = made.ledger.register("dana", [LOGIN], MONDAY)[LOGIN]
    made.account = row
    yield made
    made.ledger.close()


@pytest.fixture
def settings(tmp_path: Path) -> Loaded:
    return loaded(tmp_path, WHOLE.replace('tier = "standard"', 'tier = "standard"\npasses = "2 per week"'))


def stands(world: World, settings: Loaded, health: Health | None = None, moves: str = "") -> dict[str, Any]:
    live = {LOGIN: Live(health or Health(state="watching"), moves)}
    [found] = status_of(world.ledger, settings, world.now, live)
    return found


def told(world: World, due_in: timedelta) -> None:
    """A message whose answer was promised, and the client knows."""
    made = world.admit(mail(1), answered(MONDAY, promise=MONDAY + due_in))
    world.tick(HOUR)
    world.send(made.reply)


def test_nothing_needs_a_person_when_all_is_well(world: World, settings: Loaded):
    found = stands(world, settings)
    assert found["attention"] == []
    assert found["promises"] == {"open": 0, "overdue": 0, "due_today": []}
    assert found["passes"] == [{"client": "harbor", "left": 2, "total": 2, "period": "week"}]


def test_a_promise_for_today_is_listed_with_its_message(world: World, settings: Loaded):
    told(world, 4 * HOUR)
    [due] = stands(world, settings)["promises"]["due_today"]
    assert (due["client"], due["kind"], due["state"]) == ("harbor", "answer", "open")
    assert due["due"] == "2026-11-23T14:00:00+01:00"
    assert due["item"] is not None


def test_a_promise_for_tomorrow_is_not(world: World, settings: Loaded):
    told(world, DAY)
    found = stands(world, settings)["promises"]
    assert (found["open"], found["due_today"]) == (1, [])


def test_an_overdue_answer_needs_a_person_and_names_the_client(world: World, settings: Loaded):
    told(world, 4 * HOUR)
    world.tick(2 * DAY)
    [promise] = world.ledger.promises_due(world.now)
    world.ledger.overdue(promise.id, world.now)
    found = stands(world, settings)
    assert found["attention"] == ["1 promised answer overdue (Harbor Trust)"]
    assert [one["state"] for one in found["promises"]["due_today"]] == ["overdue"]


def test_a_pass_that_was_spent_is_gone_until_the_week_is_over(world: World, settings: Loaded):
    world.admit(mail(1), replace(answered(MONDAY), spends_pass=True))
    assert stands(world, settings)["passes"][0]["left"] == 1
    world.tick(7 * DAY)
    assert stands(world, settings)["passes"][0]["left"] == 2


def test_a_held_reply_needs_a_person(world: World, settings: Loaded):
    made = world.admit(mail(1), answered(MONDAY))
    assert made.reply is not None
    world.ledger.hold(made.reply, "too late")
    found = stands(world, settings)
    assert found["attention"] == ["work: 1 reply held: see `triaged queue`"]


def test_a_connection_that_is_gone_for_a_moment_mends_itself(world: World, settings: Loaded):
    health = Health(state="disconnected", since=world.now - timedelta(minutes=5), error="closed")
    assert stands(world, settings, health)["attention"] == []


def test_a_connection_that_stays_away_needs_a_person(world: World, settings: Loaded):
    health = Health(state="disconnected", since=world.now - HOUR, error="no route to host")
    assert stands(world, settings, health)["attention"] == ["work: not connected since Mon 09:00: no route to host"]
    health = Health(state="degraded", since=health.since, error="no room left on the disk")
    assert stands(world, settings, health)["attention"] == [
        "work: does nothing since Mon 09:00: no room left on the disk"
    ]


def test_a_server_on_which_nothing_can_be_moved_needs_a_person(world: World, settings: Loaded):
    assert stands(world, settings, moves="no MOVE")["attention"] == ["work: nothing is moved: no MOVE"]


def test_a_mailbox_that_another_one_works_on_too_needs_a_person(world: World, settings: Loaded):
    [found] = status_of(world.ledger, settings, world.now, {LOGIN: Live(Health(state="watching"), shared=True)})
    assert found["accounts"][0]["shared"] is True
    assert found["attention"] == ["work: another triaged works on this mailbox: stop one of them"]


def test_an_account_that_never_ran_is_told_without_a_past(world: World, settings: Loaded):
    fresh = World.new(person="somebody")
    [found] = status_of(fresh.ledger, settings, fresh.now, Silent())
    assert [one["state"] for one in found["accounts"]] == ["not watched"]
    assert found["attention"] == ["the daemon is not running: nothing is watched"]
    fresh.ledger.close()


def test_a_folder_that_is_not_watched_needs_a_person(world: World, settings: Loaded):
    health = Health(state="watching", unwatched={"Clients/Harbor": Unwatched(MONDAY, "there is no such folder")})
    found = stands(world, settings, health)
    assert found["attention"] == ["work: Clients/Harbor is not watched since Mon 10:00: there is no such folder"]
    [folder] = found["accounts"][0]["unwatched"]
    assert (folder["folder"], folder["since"]) == ("Clients/Harbor", "2026-11-23T10:00:00+01:00")
    assert stands(world, settings)["accounts"][0]["unwatched"] == []
