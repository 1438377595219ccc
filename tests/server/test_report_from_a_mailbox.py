"""`triaged report --from-mailbox` over a planned quarter that lies on a real Dovecot, beside figures counted from the plan."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.dovecot import USUAL, Dovecot, Variant
from support import quartercount
from support.configurations import loaded, write
from support.ledgerkit import World, left
from support.quarter import DANA, NOW, SINCE, UNTIL, Letter, Quarter, berlin, configuration
from support.quartermade import quarter
from support.quarterplay import Played, raw
from triaged.cli import main
from triaged.config import load, state_file
from triaged.core.message import read_raw
from triaged.ledger import Ledger

pytestmark = pytest.mark.server
NEVER = NOW + timedelta(days=1)
HALF = berlin(11, 20)
CLIENTS = (None, "harbor", "lindenhof", "shelter")
COUNTED = ("received", "arrived", "questions", "acknowledged", "answered", "outcomes", "waiting", "older", "bursts")


@dataclass(frozen=True)
class Desk:
    """A quarter on a server, and the configuration of whose it is."""

    plan: Quarter
    dovecot: Dovecot
    user: str
    path: Path

    def told(self, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str | None, dict[str, Any]]:
        """The figures of each client, and of all, as the command tells them."""
        assert main(["report", "-c", str(self.path), "--json", *words]) == 0
        return {line["client"]: _plain(line) for line in map(json.loads, capsys.readouterr().out.splitlines())}

    def counted(self, client: str | None, known: datetime) -> dict[str, Any]:
        """The same from the plan."""
        found = quartercount.figures(self.plan, SINCE, UNTIL, client, known)
        return {name: found[name] for name in COUNTED} | {"waiting": [since for since, *_ in found["waiting"]]}


@pytest.fixture(scope="module")
def filled(dovecots: Any) -> tuple[Quarter, Dovecot, str]:
    """A mailbox with everything, that tests only read."""
    plan, server = quarter(21), dovecots(USUAL)
    user = server.new_user("quarter")
    fill(server, user, plan)
    return plan, server, user


@pytest.fixture
def desk(filled: tuple[Quarter, Dovecot, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    plan, server, user = filled
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Desk(plan, server, user, write(tmp_path, configuration(imap=_imap(server, user))))


def _imap(server: Dovecot, user: str) -> str:
    return f'{{ host = "{server.host}", port = {server.imap}, tls = "none", user = "{user}", password = "{server.password}" }}'


def fill(server: Dovecot, user: str, plan: Quarter) -> None:
    """Letters in the Inbox, in the deferred folder and in an archive, some twice; my answers and triaged's in Sent."""
    marked = {mark.letter.id for mark in plan.marks}
    inbox: list[dict[str, Any]] = []
    archive: list[dict[str, Any]] = []
    deferred: list[dict[str, Any]] = []
    for number, one in enumerate(plan.letters):
        message = _message(raw(one), one.at, ("\\Answered",) if one.id in marked else ())
        place = deferred if one.hand == "aside" else archive if number % 5 == 0 else inbox
        place.append(message)
        if number % 20 == 0:
            inbox.append(message)
    inbox += [_message(raw(one), one.at) for one in plan.answers if one.sender != DANA]
    mine = [_message(raw(one), one.at) for one in plan.answers if one.sender == DANA]
    mine += [_message(_acknowledgement(one), one.ack.at) for one in plan.letters if one.ack and not one.ack.cancelled]
    with server.client(user) as client:
        for folder in ("Archive", "Deferred"):
            client.create_folder(folder)
        for folder, messages in (("INBOX", inbox), ("Archive", archive), ("Deferred", deferred), ("Sent", mine)):
            client.multiappend(folder, messages)


def _message(octets: bytes, at: datetime, flags: Sequence[str] = ()) -> dict[str, Any]:
    return {"msg": octets, "date": at, "flags": flags}


def _acknowledgement(letter: Letter) -> bytes:
    assert letter.ack is not None
    return (
        f"Message-ID: <ack.{letter.id[1:]}\r\nFrom: <{DANA}>\r\nTo: <{letter.sender}>\r\nIn-Reply-To: {letter.id}\r\n"
        "Auto-Submitted: auto-replied\r\nX-Triaged: 7\r\nSubject: Re: it\r\n\r\nYou hear from me.\r\n"
    ).encode()


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the command in the words and minutes of the count."""
    return {
        **{name: line[name] for name in COUNTED},
        "acknowledged": _taken(line["acknowledged"]),
        "answered": _taken(line["answered"]),
        "waiting": sorted(_utc(one["since"]) for one in line["waiting"]),
    }


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _taken(taken: dict[str, Any]) -> dict[str, Any]:
    return {"count": taken["count"], "elapsed": _three(taken["elapsed"]), "office": _three(taken["office"])}


def _three(times: dict[str, Any]) -> Any:
    found = [times[name] for name in ("median_s", "p90_s", "worst_s")]
    if None in found:
        return None
    return pytest.approx(tuple(seconds / 60 for seconds in found), abs=0.01)  # the command tells whole seconds


PERIOD = ("--since", "2024-10-01", "--until", "2025-01-01")


@pytest.mark.parametrize("client", CLIENTS)
def test_without_a_ledger_the_mailbox_gives_the_figures_of_the_plan(
    desk: Desk, capsys: pytest.CaptureFixture[str], client: str | None
):
    words = ("--client", client) if client else ()
    found = desk.told(capsys, *PERIOD, *words, "--from-mailbox", "Archive")[client]
    assert found == desk.counted(client, NEVER)


def test_a_ledger_that_knows_half_of_them_doubles_nothing_and_keeps_what_it_knows(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    half_known(desk)
    found = desk.told(capsys, *PERIOD, "--from-mailbox", "Archive")
    assert found == {client: desk.counted(client, HALF) for client in CLIENTS}


def half_known(desk: Desk) -> None:
    """The ledger of a daemon that was first started in November."""
    (desk.path.parent / "then").mkdir()
    then = loaded(desk.path.parent / "then", configuration(changed=False))
    now = load(desk.path)
    state = state_file(now)
    state.parent.mkdir(parents=True)
    with Ledger.open(state) as ledger:
        played = Played(ledger, desk.plan, (then.persons[0], now.persons[0]))
        played.play(HALF, now.persons[0].accounts[0].login)


def test_nothing_is_marked_as_seen(desk: Desk, capsys: pytest.CaptureFixture[str]):
    desk.told(capsys, *PERIOD, "--from-mailbox", "Archive")
    for folder in ("INBOX", "Archive", "Deferred", "Sent"):
        assert not any("\\Seen" in one.flags for one in desk.dovecot.messages(desk.user, folder))


def test_a_folder_that_is_not_there_is_told_and_ends_it(desk: Desk, capsys: pytest.CaptureFixture[str]):
    assert main(["report", "-c", str(desk.path), *PERIOD, "--from-mailbox", "Archiv"]) == 1
    assert capsys.readouterr().err == "triaged: work has no folder 'Archiv'\n"


class Few:
    """A mailbox of the test's own, with a few mails."""

    def __init__(self, server: Dovecot, folder: Path) -> None:
        self.server, self.user = server, server.new_user()
        self.path = write(folder, configuration(imap=_imap(server, self.user)))

    def put(self, number: int, folder: str = "INBOX", **fields: str) -> None:
        """A question of Gary's unless said otherwise, so many hours after the quarter began."""
        given = {"Message-ID": f"<{number}@x>", "From": "<gary@harbor.example>", "To": f"<{DANA}>", "Subject": "It"}
        lines = [f"{name}: {text}" for name, text in {**given, **fields}.items() if text]
        octets = "\r\n".join([*lines, "", "Which one is it?", ""]).encode()
        self.server.append(self.user, folder, octets, SINCE + number * timedelta(hours=1))

    def told(self, capsys: pytest.CaptureFixture[str]) -> tuple[int, int, int, int]:
        """Received, asked, answered, waiting."""
        assert main(["report", "-c", str(self.path), "--json", *PERIOD, "--from-mailbox"]) == 0
        line = json.loads(capsys.readouterr().out.splitlines()[-1])
        return line["received"], line["questions"], line["answered"]["count"], len(line["waiting"])


@pytest.fixture
def few(dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Few:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Few(dovecot, tmp_path)


MINE = {"From": f"<{DANA}>", "To": "<gary@harbor.example>"}


def test_what_lies_in_sent_is_mine_whatever_address_it_was_sent_from(few: Few, capsys: pytest.CaptureFixture[str]):
    few.put(1)
    few.put(2, "Sent", **{**MINE, "From": "<office@roth.example>", "In-Reply-To": "<1@x>"})
    assert few.told(capsys) == (1, 1, 1, 0)


def test_an_absence_notice_in_sent_answers_nobody(few: Few, capsys: pytest.CaptureFixture[str]):
    few.put(1)
    few.put(2, "Sent", **{**MINE, "In-Reply-To": "<1@x>", "Auto-Submitted": "auto-replied (vacation)"})
    assert few.told(capsys) == (1, 1, 0, 1)


def test_a_message_that_came_by_two_ways_is_one(few: Few, capsys: pytest.CaptureFixture[str]):
    few.put(1, Received="from a by b; Tue, 1 Oct 2024 00:00:00 +0000")
    few.put(1, Received="from list by b; Tue, 1 Oct 2024 00:00:01 +0000")
    assert few.told(capsys) == (1, 1, 0, 1)


def test_messages_without_message_id_that_the_ledger_knows_are_not_counted_again(
    few: Few, capsys: pytest.CaptureFixture[str]
):
    few.put(1, **{"Message-ID": ""}, Received="from a by b; Tue, 1 Oct 2024 00:00:00 +0000")
    now = load(few.path)
    state = state_file(now)
    state.parent.mkdir(parents=True)
    with Ledger.open(state) as ledger:
        login = now.persons[0].accounts[0].login
        world = World.new(ledger)
        account = ledger.register("dana", [login], SINCE)[login]
        [stored] = few.server.messages(few.user)
        world.admit(read_raw(stored.raw), left(), account=account, arrived_at=stored.arrived)
    assert few.told(capsys) == (1, 1, 0, 1)


def test_without_a_sent_folder_nobody_can_say_who_was_answered(
    dovecots: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    few = Few(dovecots(Variant(special_use=False)), tmp_path)
    few.put(1)
    assert main(["report", "-c", str(few.path), *PERIOD, "--from-mailbox"]) == 1
    assert "where sent mail lies is not known" in capsys.readouterr().err
