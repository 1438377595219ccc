"""`triaged report` at its edges: periods, clocks, persons, clients that are gone, ledgers that are empty."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.configurations import write
from support.ledgerkit import GARY, World, left, mail
from support.quarter import configuration
from triaged.cli import main
from triaged.config import load, state_file
from triaged.ledger import Ledger, SentSeen, SentWindow

HOUR = timedelta(hours=1)
EVA = (
    configuration()
    .replace("dana@roth.example", "eva@roth.example")
    .replace('user = "dana"', 'user = "eva"')
    .replace("Europe/Berlin", "Asia/Tokyo")
)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a configuration with two persons: Dana in Berlin, Eva in Tokyo."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "people"
    folder.mkdir()
    write(folder, configuration(), "dana.toml")
    write(folder, EVA, "eva.toml")
    return folder


@pytest.fixture
def ledger(people: Path) -> Iterator[Ledger]:
    """The ledger of both."""
    state = state_file(load(people))
    state.parent.mkdir(parents=True)
    with Ledger.open(state) as found:
        yield found


def asked(ledger: Ledger, number: int, at: str, person: str = "dana", client: str = "harbor", **more: Any) -> World:
    """A question that somebody put at that instant."""
    world = World.new(ledger)
    login = f"{person}@127.0.0.1"
    account = ledger.register(person, [login], world.now)[login]
    arrived = _utc(at)
    world.now = arrived
    decision = replace(left(), client=client)
    world.admit(mail(number), decision, account=account, place=None, arrived_at=arrived, client=client, **more)
    return world


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def told(capsys: pytest.CaptureFixture[str], people: Path, *words: str) -> list[dict[str, Any]]:
    """What the command says."""
    assert main(["report", "-c", str(people), "--json", *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def refused(capsys: pytest.CaptureFixture[str], people: Path, *words: str) -> str:
    """What the command does not do, in one line."""
    assert main(["report", "-c", str(people), *words]) == 1
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_a_period_contains_its_beginning_and_not_its_end(
    people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
):
    for number, at in enumerate(("2024-10-06T23:59:59+02:00", "2024-10-07T00:00+02:00", "2024-10-13T23:59:59+02:00")):
        asked(ledger, number, at)
    asked(ledger, 9, "2024-10-14T00:00+02:00")
    *_, found = told(capsys, people, "--person", "dana", "--since", "2024-10-07", "--until", "2024-10-14")
    assert (found["received"], found["questions"], found["older"]) == (2, 2, 1)


def test_a_date_is_read_on_the_persons_clock_whatever_the_machines(
    people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        dana, eva = told(capsys, people, "--since", "2024-10-07", "--until", "2024-10-14T12:00")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (dana["since"], dana["until"]) == ("2024-10-07T00:00:00+02:00", "2024-10-14T12:00:00+02:00")
    assert (eva["since"], eva["until"]) == ("2024-10-07T00:00:00+09:00", "2024-10-14T12:00:00+09:00")


PERIOD = ("--since", "2024-10-01", "--until", "2024-11-01")


def test_each_person_has_figures_of_her_own_and_can_be_asked_for_alone(
    people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
):
    asked(ledger, 1, "2024-10-07T10:00Z")
    asked(ledger, 1, "2024-10-07T10:00Z", person="eva")
    asked(ledger, 2, "2024-10-08T10:00Z", person="eva")
    both = [(one["person"], one["received"]) for one in told(capsys, people, *PERIOD) if one["client"] is None]
    assert both == [("dana", 1), ("eva", 2)]
    [_, alone] = told(capsys, people, *PERIOD, "--person", "eva")
    assert (alone["person"], alone["received"]) == ("eva", 2)
    assert "choose with --person (dana, eva)" in refused(capsys, people, *PERIOD, "--html", "page.html")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--client", "habor"), "no client is called 'habor'; known are harbor, lindenhof, shelter"),
        (("--person", "dan"), "nobody is called 'dan'; known are dana, eva"),
        (("--since", "1d", "--until", "2d"), "the period ends before it begins"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(
    people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], line: str
):
    assert line in refused(capsys, people, *words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--since", "soon"), "soon: write today, yesterday, 2026-10, 2026-10-01"),
        (("--since", "0001-01-01"), "0001-01-01: that year is out of reach"),
        (("--until", "9999-12-31"), "9999-12-31: that year is out of reach"),
    ],
)
def test_a_time_that_is_none_is_wrong_usage(
    people: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], line: str
):
    with pytest.raises(SystemExit) as ended:
        main(["report", "-c", str(people), *words])
    assert ended.value.code == 2
    assert line in capsys.readouterr().err


def test_without_a_ledger_it_says_where_one_comes_from(people: Path, capsys: pytest.CaptureFixture[str]):
    assert "there is no ledger yet; it comes with the first `triaged run`" in refused(capsys, people)


def test_an_empty_ledger_has_nothing_to_tell(people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]):
    assert [one["received"] for one in told(capsys, people)] == [0, 0]
    assert main(["report", "-c", str(people), "--person", "dana"]) == 0
    assert "No mail of a client in that time." in capsys.readouterr().out


def test_a_client_that_was_removed_is_still_told_of(people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]):
    asked(ledger, 1, "2024-10-07T10:00Z", client="gone")
    [gone, _] = told(capsys, people, *PERIOD, "--person", "dana", "--client", "gone")
    assert (gone["client"], gone["received"], len(gone["waiting"])) == ("gone", 1, 1)


def test_an_account_that_only_observes_has_questions_and_answers_and_promises_nothing(
    people: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
):
    world = asked(ledger, 1, "2024-10-07T10:00Z", mode="observe")
    seen = SentSeen("<mine@roth>", ("<1@client>",), world.now + 3 * HOUR, (GARY.key,))
    account = next(one for one in ledger.accounts() if one.login == "dana@127.0.0.1")
    ledger.saw_sent(SentWindow(account.id, world.now + 3 * HOUR, [seen]))
    *_, found = told(capsys, people, *PERIOD, "--person", "dana")
    assert (found["questions"], found["answered"]["elapsed"]["worst_s"]) == (1, 3 * 3600)
    assert (found["acknowledged"]["count"], sum(found["promises"].values())) == (0, 0)
