"""Mail whose structure is the attack, on a real server: each is decided where it lies and never answered, and nobody waits for it."""

import os
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.stage import Stage
from support.bombs import long_header, many_parts, nested

ENDED = ("account.disconnected", "account.degraded", "message.unreadable")
GARY = b"gary@harbor.example"
BOMBS = {
    "nested": lambda number, sender: nested(150, sender, number),
    "many parts": lambda number, sender: many_parts(3_600, 1, sender, number),
    "200,000 tokens": lambda number, sender: many_parts(12_000, 1, sender, number),
    "21 MB": lambda number, sender: many_parts(270_000, 1, sender, number),
    "a header of a megabyte": lambda number, sender: long_header(1_000_000, sender, number),
}


def arrive(stage: Stage, mails: list[bytes]) -> None:
    """All at once, straight into the Maildir as a delivery agent would."""
    new: Path = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / "new"
    owner, stamp = new.stat(), stage.clock.now().timestamp()
    for number, mail in enumerate(mails):
        file = new.with_name("tmp") / f"{int(stamp)}.{number}.bomb"
        file.write_bytes(mail)
        os.chown(file, owner.st_uid, owner.st_gid)
        os.utime(file, (stamp, stamp))
        file.rename(new / file.name)
    stage.daemon.sweep()


async def undisturbed(stage: Stage) -> None:
    """A client's mail that came behind them is decided and answered; nothing else is, and the connection is the first one."""
    await stage.later(minutes=30)
    assert [line for line in stage.lines.lines if line["event"] in ENDED] == []
    assert len(stage.events("account.connected")) == 1
    assert [one["To"] for one in stage.sent()] == ["petra@lindenhof.example"]


@pytest.mark.parametrize("sender", [b"mallory@evil.example", GARY], ids=["a stranger's", "a client's"])
@pytest.mark.parametrize("bomb", BOMBS)
async def test_eight_bombs_end_no_connection_and_are_never_answered(stages: Opening, bomb: str, sender: bytes):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    arrive(stage, [BOMBS[bomb](number, sender) for number in range(8)])
    await stage.arrives("petra@lindenhof.example", "behind them")
    await undisturbed(stage)
    decided = [
        line
        for line in stage.lines.lines
        if line["event"].startswith("message.") and line.get("sender") == sender.decode()
    ]
    assert len(decided) == 8
    if sender == GARY:
        assert {line["no_reply"] for line in decided} == {"malformed-sender"}


async def test_two_hundred_bombs_in_a_row_leave_the_mail_behind_them_to_be_decided(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    arrive(stage, [BOMBS[list(BOMBS)[number % 2]](number, b"mallory@evil.example") for number in range(200)])
    await stage.arrives("petra@lindenhof.example", "behind them")
    await undisturbed(stage)
