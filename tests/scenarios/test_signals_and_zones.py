"""Signals and zones: look now, other rules or none, an orderly end; where the machine stands plays no part."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, CONSULTANT, GARY, MAY
from scenarios.process import Process
from scenarios.stage import Stage, letter
from server.dovecot import USUAL, Dovecot, Variant
from server.processes import until
from server.sink import Sink

SILENT = Variant(hidden=("IDLE",))
"""A server that does not notify: new mail is seen when somebody looks."""

Starting = Callable[..., Process]


@pytest.fixture
def start(dovecots: Callable[[Variant], Dovecot], sink: Sink, tmp_path: Path) -> Iterator[Starting]:
    """`start(config, variant, TZ=…)`: `triaged run` as a process, ready."""
    begun: list[Process] = []

    def give(config: str = ANY_HOUR, variant: Variant = USUAL, **environment: str) -> Process:
        folder = tmp_path / str(len(begun))
        folder.mkdir()
        stage = Stage(config, dovecots(variant), sink, folder)
        stage.write_config()
        begun.append(Process(stage, **environment))
        begun[-1].wait_for("service.ready")
        return begun[-1]

    yield give
    for process in begun:
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait()


def deliver(stage: Stage, subject: str, sender: str = GARY) -> None:
    """A mail arrives now, by the machine's clock."""
    message_id, now = f"<{subject.replace(' ', '.')}@harbor.example>", datetime.now(UTC)
    raw = letter(sender, subject, "Can you ring me?", at=now, message_id=message_id)
    stage.dovecot.append(stage.users[0], "INBOX", raw, now)


def test_usr1_looks_at_every_mailbox_now(start: Starting):
    process = start(variant=SILENT)
    process.wait_for("account.idle")
    deliver(process.stage, "question")
    process.popen.send_signal(signal.SIGUSR1)
    process.wait_for("message.deferred")


def test_hup_puts_new_rules_in_force_without_another_connection(start: Starting):
    process = start()
    process.stage.write_config(ANY_HOUR.replace('name = "Outage"', 'name = "Fire"').replace('"down"', '"smoke"'))
    process.popen.send_signal(signal.SIGHUP)
    process.wait_for("config.reloaded")
    deliver(process.stage, "smoke in the cellar")
    process.wait_for("message.urgent")
    assert process.lines().one("message.urgent")["rule"] == "Fire"
    assert len(process.lines().of("account.connected")) == 1


def test_hup_with_a_bad_file_changes_nothing_and_says_what_is_wrong(start: Starting):
    process = start()
    process.stage.path.write_text("[me\n")
    process.popen.send_signal(signal.SIGHUP)
    process.wait_for("config.rejected")
    deliver(process.stage, "outage of everything")
    process.wait_for("message.urgent")
    assert str(process.stage.path) in process.lines().of("config.rejected")[0]["error"]
    assert process.lines().of("config.reloaded") == []


def test_a_promise_is_looked_at_when_it_falls_due_not_at_the_next_round(start: Starting):
    soon = ANY_HOUR.replace('promise = "in 3 days"', 'promise = "in 4s"')
    process = start(soon.replace("[reply.until-call]", '[reply.until-call]\nsend = "in 1s"'))
    stage = process.stage
    raw = letter(
        GARY, "question", "Can you ring me?", at=datetime.now(UTC), message_id="<q@harbor.example>", return_path=""
    )
    stage.dovecot.deliver(stage.users[0], raw)
    process.wait_for("promise.overdue")
    assert process.lines().one("promise.overdue")["promise"] == process.lines().one("promise.made")["promise"]


def test_term_finishes_what_is_in_hand_and_leaves_nothing_half_done(start: Starting):
    process = start(variant=SILENT)
    process.wait_for("account.idle")
    stage = process.stage
    for number in range(20):
        deliver(stage, f"question {number}", f"person{number}@harbor.example")
    process.popen.send_signal(signal.SIGUSR1)
    process.wait_for("message.deferred")
    process.popen.terminate()
    assert process.end() == 0
    assert process.lines().names()[-1] == "service.stopped"
    aside, here = stage.inbox("Deferred"), stage.inbox()
    assert len(aside) + len(here) == 20
    assert Process(stage, "--once").end() == 0
    until(lambda: len(stage.inbox("Deferred")) == 20, 20, "the next start goes on")
    assert stage.inbox() == {}


def test_the_machines_zone_plays_no_part(start: Starting):
    wall = ANY_HOUR.replace('"in 2 days"', '"2 business days 09:00"').replace('"in 3 days"', '"2 business days 10:00"')
    told = []
    for zone in ("Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin"):
        process = start(wall, TZ=zone)
        deliver(process.stage, "question")
        process.wait_for("message.deferred")
        process.popen.terminate()
        assert process.end() == 0
        line = process.lines().one("message.deferred")
        told.append([line[name][len("2026-12-01") :] for name in ("until", "promise")])  # it may become another day
    assert [clock[:6] for clock in told[0]] == ["T09:00", "T10:00"]
    assert told[0] == told[1] == told[2]


async def test_after_a_change_of_zone_what_was_promised_stays_and_the_new_hours_count(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives(GARY, "before")
    (before,) = stage.rows("SELECT due_at FROM promise")
    await stage.reload(CONSULTANT.replace('timezone = "Europe/Berlin"', 'timezone = "Europe/Lisbon"'))
    await stage.arrives(MAY, "after")
    found = [row[0] for row in stage.rows("SELECT due_at FROM promise ORDER BY id")]
    assert found[0] in (before[0], before[0] + 3_600_000)  # the standing call is at ten where she is
    assert found[1] - before[0] == 3_600_000  # ten o'clock is an hour later in Lisbon
