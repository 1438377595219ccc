"""Deciding raises what nobody meant it to: that message suffers, and no other (the top of one message's path)."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT
from triaged import crash

NOW = CONSULTANT.replace("[reply.until-call]\n", '[reply.until-call]\nsend = "now"\n')


@pytest.fixture
def blamed(monkeypatch: pytest.MonkeyPatch) -> str:
    """The message about which deciding raises, every time."""
    message_id = "<2@harbor.example>"
    monkeypatch.setattr(crash, "_MISTAKE", f"decide:{message_id}")
    return message_id


async def test_a_message_that_cannot_be_decided_stays_and_those_around_it_are_dealt_with(stages: Opening, blamed: str):
    stage = stages(NOW)
    await stage.open()
    for number in (1, 2, 3):
        stage.store(f"g{number}@harbor.example", f"question {number}", message_id=f"<{number}@harbor.example>")
    stage.daemon.wake()
    await stage.quiet()
    assert list(stage.inbox()) == ["question 2"]
    assert set(stage.inbox("Deferred")) == {"question 1", "question 3"}
    (told,) = stage.events("account.degraded")
    assert (told["uid"], told["error"]) == (2, "ZeroDivisionError: a mistake of ours in decide")
    await stage.arrives("g4@harbor.example", "question 4")
    assert "question 4" in stage.inbox("Deferred")
    assert {str(reply["To"]) for reply in stage.sent()} == {f"g{number}@harbor.example" for number in (1, 3, 4)}
    assert stage.daemon.accounts[f"{stage.users[0]}@127.0.0.1"].loop.health.state == "watching"


async def test_after_three_attempts_it_is_urgent_with_the_reason_and_never_touched_again(stages: Opening, blamed: str):
    stage = stages(NOW)
    await stage.open()
    await stage.arrives("g2@harbor.example", "question 2", message_id=blamed)
    await stage.later(minutes=1)
    assert len(stage.events("account.degraded")) == 2
    assert stage.flags("question 2") == set()
    await stage.later(minutes=10)
    assert stage.flags("question 2") == {"\\Flagged"}
    (told,) = stage.events("message.unreadable")
    assert told["error"] == "ZeroDivisionError: a mistake of ours in decide"
    assert stage.rows("SELECT state, verdict, reason FROM item") == [("unreadable", "urgent", told["error"])]
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question 2"]
    assert stage.sent() == []
    assert len(stage.events("account.degraded")) == 2


async def test_once_the_mistake_is_mended_it_is_decided_like_any_other(
    stages: Opening, blamed: str, monkeypatch: pytest.MonkeyPatch
):
    stage = stages(NOW)
    await stage.open()
    await stage.arrives("g2@harbor.example", "question 2", message_id=blamed)
    await stage.close()
    monkeypatch.setattr(crash, "_MISTAKE", "")  # another release of ours
    await stage.open()
    await stage.later(minutes=1)
    assert set(stage.inbox("Deferred")) == {"question 2"}
    assert len(stage.sent()) == 1


async def test_in_another_watched_folder_it_is_tried_again_as_soon(
    stages: Opening, blamed: str, monkeypatch: pytest.MonkeyPatch
):
    stage = stages(NOW.replace("imap = $IMAP\n", 'watch = ["INBOX", "Clients"]\nimap = $IMAP\n'))
    stage.write_config()
    with stage.dovecot.client(stage.users[0]) as client:
        client.create_folder("Clients")
    await stage.open()
    stage.store("g2@harbor.example", "question 2", message_id=blamed, folder="Clients")
    await stage.later(minutes=1)
    assert len(stage.events("account.degraded")) == 1
    monkeypatch.setattr(crash, "_MISTAKE", "")
    await stage.later(minutes=1)
    assert set(stage.inbox("Deferred")) == {"question 2"}
