"""The state folder is gone and there is no backup: what was put aside is counted and told, and `triaged adopt` takes it in."""

import asyncio
import shutil
import subprocess
import sys

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage
from triaged.installkey import NAME

PHONE = CONSULTANT + '\n[notify.phone]\nurl = "ntfy://nowhere.example/dana"\n'


def lost(stage: Stage) -> None:
    """The whole folder; the key beside the configuration is not in it."""
    shutil.rmtree(stage.state.parent)


async def adopt(stage: Stage, account: str = "work") -> subprocess.CompletedProcess[str]:
    """`triaged adopt`, beside the running daemon."""
    command = [sys.executable, "-m", "triaged", "adopt", "-c", str(stage.path), account]
    run = asyncio.to_thread(subprocess.run, command, check=False, capture_output=True, text=True)
    done = await run
    await stage.quiet()
    return done


async def with_two_aside_and_lost(stages: Opening, config: str = CONSULTANT) -> Stage:
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.arrives(MAY, "another question")
    await stage.to("tue 16:00")
    assert len(stage.sent()) == 2
    await stage.close()
    lost(stage)
    return stage


async def test_it_is_counted_and_told_and_nothing_is_touched(stages: Opening):
    stage = await with_two_aside_and_lost(stages, PHONE)
    await stage.open()
    await stage.to("wed 12:00")
    assert set(stage.inbox("Deferred")) == {"question", "another question"}
    (account,) = stage.daemon.accounts.values()
    assert account.loop.health.unadopted == 2
    (line,) = [line for line in stage.events("account.degraded") if "triaged adopt" in line["reason"]]
    assert line["error"].startswith("2 messages")
    assert ["2 of your messages" in push.text for push in stage.pushes if "triaged adopt work" in push.text] == [True]


async def test_adopt_has_them_wait_for_their_moment_and_nobody_is_answered_again(stages: Opening):
    stage = await with_two_aside_and_lost(stages)
    await stage.open()
    done = await adopt(stage)
    assert (done.returncode, done.stdout.strip().partition(": ")[2]) == (0, "2 decided again, 0 brought back"), (
        done.stderr
    )
    assert set(stage.inbox("Deferred")) == {"question", "another question"}
    (account,) = stage.daemon.accounts.values()
    assert account.loop.health.unadopted == 0
    assert stage.rows("SELECT count(*) FROM promise WHERE state = 'open'") == [(2,)]  # as the copies in Sent say
    await stage.to("fri 09:30")
    assert set(stage.inbox()) == {"question", "another question"}
    assert len(stage.sent()) == 2


async def test_what_has_been_due_meanwhile_comes_back_at_once(stages: Opening):
    stage = await with_two_aside_and_lost(stages)
    await stage.clock.advance(7 * 86400)
    await stage.open()
    done = await adopt(stage)
    assert "2 brought back" in done.stdout, done.stderr
    await stage.later(minutes=1)
    assert set(stage.inbox()) == {"question", "another question"}
    assert stage.inbox("Deferred") == {}


async def test_what_was_never_put_aside_by_triaged_is_left_where_it_lies(stages: Opening):
    stage = stages()
    stage.write_config()
    stage.server.create(stage.users[0], "Deferred") if hasattr(stage.server, "create") else None
    await stage.open()
    await stage.close()
    lost(stage)
    stage.store(GARY, "laid there by hand", folder="Deferred")
    await stage.open()
    done = await adopt(stage)
    assert "0 decided again, 0 brought back" in done.stdout, done.stderr
    assert list(stage.inbox("Deferred")) == ["laid there by hand"]


async def test_a_client_who_is_on_the_roster_no_more_gets_it_brought_back_all_the_same(stages: Opening):
    stage = await with_two_aside_and_lost(stages)
    stage.config = stage.config.replace('from = ["*@harbor.example"]', 'from = ["*@elsewhere.example"]')
    stage.config = stage.config.replace('people = { "gary@harbor.example" = "Gary" }\n', "")
    await stage.open()
    done = await adopt(stage)
    assert "2 brought back" in done.stdout, done.stderr
    await stage.later(minutes=1)
    assert set(stage.inbox()) == {"question", "another question"}


async def test_with_the_key_lost_too_it_is_counted_and_adopt_takes_it_in_with_promises_of_unknown_moments(
    stages: Opening,
):
    stage = await with_two_aside_and_lost(stages)
    key = stage.folder / NAME
    was = key.read_bytes()
    key.unlink()
    await stage.open()
    (account,) = stage.daemon.accounts.values()
    assert account.loop.health.unadopted == 2
    (line,) = [line for line in stage.events("account.degraded") if "triaged adopt" in line["reason"]]
    assert line["reason"].startswith("if no other triaged works on this mailbox, ")
    assert key.read_bytes() != was
    done = await adopt(stage)
    assert "2 decided again, 0 brought back" in done.stdout, done.stderr
    assert account.loop.health.unadopted == 0
    await stage.arrives(PETRA, "a question of today")
    await stage.to("fri 09:30")
    assert {"question", "another question"} <= set(stage.inbox())
    assert stage.rows("SELECT count(*) FROM item WHERE state = 'aside'") == [(len(stage.inbox("Deferred")),)]
    assert sorted(str(one["To"]) for one in stage.sent()) == sorted({str(one["To"]) for one in stage.sent()})


async def test_an_account_that_nobody_knows_is_told(stages: Opening):
    stage = stages()
    await stage.open()
    done = await adopt(stage, "nowhere")
    assert done.returncode == 1
    assert "no account 'nowhere'" in done.stderr


async def test_a_folder_of_which_only_the_ledger_is_gone_is_damage_and_says_what_to_do(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.close()
    stage.state.unlink()
    with pytest.raises(Exception, match=r"restore it from a backup\. Without one, move .* away.*triaged adopt"):
        await stage.open()
    stage._run = None


async def test_doctor_counts_it_and_says_what_to_do(stages: Opening):
    stage = await with_two_aside_and_lost(stages)
    await stage.open()
    command = [sys.executable, "-m", "triaged", "doctor", "-c", str(stage.path)]
    said = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True, text=True)
    assert "2 messages that triaged put aside are in no row" in " ".join(said.stdout.split())
    assert "triaged adopt work" in said.stdout
