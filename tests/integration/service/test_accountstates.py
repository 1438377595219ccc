"""What /readyz and /metrics show is what the accounts' loops and the ledger know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triaged.account.health import Health, Unwatched
from triaged.config import load
from triaged.ledger import Ledger
from triaged.outbox.prepared import Stuck
from triaged.service.accountstates import Instants, account_states, with_delays
from triaged.service.currentsettings import CurrentSettings
from triaged.service.healthserver import FIGURES, AccountState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = { env = "X" } }
smtp = { host = "smtp.roth.example" }
authserv_id = "mx.roth.example"
[account.other]
addresses = ["dana@other.example"]
imap = { host = "imap.other.example", user = "dana", password = { env = "X" } }
authserv_id = "mx.other.example"
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "Everything waits"
then = "urgent"
"""


def test_each_configured_account_is_told_with_its_figures_and_promises_once_a_person(tmp_path: Path):
    (tmp_path / "dana.toml").write_text(CONFIG)
    board = CurrentSettings(load(tmp_path / "dana.toml"))
    work, other = board.logins()
    with Ledger.open(":memory:") as ledger:
        ledger.register("dana", [work, other], NOW)
        overview = ledger.overview()
    health = {work: Health(state="watching", since=NOW, connects=2), other: Health(state="disconnected", error="gone")}
    first, second = account_states(health, board, overview)
    assert (first.person, first.account, first.mode, first.state) == ("dana", "work", "send", "watching")
    assert (first.since, first.connects, first.is_well) == (NOW, 2, True)
    assert dict(first.figures) == dict.fromkeys(FIGURES, 0)
    assert (second.account, second.mode, second.error, second.is_well) == ("other", "observe", "gone", False)
    assert set(FIGURES) - set(second.figures) == {"promises_open", "promises_overdue"}


def test_a_folder_that_is_not_watched_is_no_account_that_is_down(tmp_path: Path):
    (tmp_path / "dana.toml").write_text(CONFIG)
    board = CurrentSettings(load(tmp_path / "dana.toml"))
    work, _ = board.logins()
    (one,) = account_states({work: Health("watching", unwatched={"Clients": Unwatched(NOW, "gone")})}, board, [])
    assert (one.is_up, one.is_well, one.trouble) == (True, False, "Clients is not watched: gone")


def test_an_account_without_a_loop_or_a_row_in_the_ledger_is_no_error(tmp_path: Path):
    (tmp_path / "dana.toml").write_text(CONFIG)
    board = CurrentSettings(load(tmp_path / "dana.toml"))
    work, _ = board.logins()
    (only,) = account_states({work: Health()}, board, [])
    assert (only.state, dict(only.figures)) == ("starting", {})


def delayed(tmp_path: Path, health: Health, outage: str = "") -> AccountState:
    """The first account's state five minutes after noon."""
    (tmp_path / "dana.toml").write_text(CONFIG + outage)
    board = CurrentSettings(load(tmp_path / "dana.toml"))
    login, _ = board.logins()
    known = {login: health}
    states = account_states(known, board, [])
    (found,) = with_delays(states, known, board, [], Instants(NOW, NOW - timedelta(hours=5)))
    return found


@pytest.mark.parametrize(("minutes", "outage", "well"), [
    (14, "", True),
    (15, "", False),
    (29, '[service]\noutage = "30m"\n', True),
    (30, '[service]\noutage = "30m"\n', False),
])  # fmt: skip
def test_that_no_reply_can_go_is_known_after_a_quarter_of_an_hour_or_as_it_is_written(
    tmp_path: Path, minutes: int, outage: str, *, well: bool
):
    health = Health(state="watching")
    health.stuck = lambda: Stuck(NOW - timedelta(minutes=minutes), "535 no")
    state = delayed(tmp_path, health, outage)
    assert state.is_well is well
    assert state.no_reply == ("" if well else "535 no")


def test_since_when_the_submission_server_has_listened_is_told_and_else_since_when_it_runs(tmp_path: Path):
    assert delayed(tmp_path, Health()).smtp_worked == 5 * 3600
    health = Health()
    health.went_at = lambda: NOW - timedelta(minutes=3)
    assert delayed(tmp_path, health).smtp_worked == 180
