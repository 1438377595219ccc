"""By hand means by hand: `triaged send` passes the fuse, waits for the daemon, and says what became of the reply."""

import asyncio
from datetime import UTC, datetime, timedelta

from fakes.smtp import Say, ScriptedSmtp
from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, GARY, MAY
from scenarios.stage import Stage
from support.explaining import run

FUSED = ANY_HOUR.partition("[hours]")[0] + ANY_HOUR[ANY_HOUR.index("[account.work]") :].replace(
    'mode = "send"', 'mode = "send"\nreply_fuse = "1 per hour"'
)


async def opened(stages: Opening, config: str = FUSED) -> Stage:
    """A daemon whose clock stands near the real time, as that of the commands does."""
    stage = stages(config, start=datetime.now(UTC) - timedelta(hours=1))
    await stage.open()
    return stage


async def sends(stage: Stage, number: int) -> tuple[int, str]:
    """The command beside the daemon: its code, and what it says on whichever channel."""
    code, out, err = await asyncio.to_thread(run, "send", "-c", str(stage.path), str(number))
    await stage.quiet()
    return code, out + err


async def test_what_the_fuse_holds_goes_by_a_persons_word(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "one")
    await stage.arrives(MAY, "two")
    await stage.later(minutes=15)
    [(held,)] = stage.rows("SELECT id FROM reply WHERE state = 'held'")
    code, said = await sends(stage, held)
    assert (code, said) == (0, f"reply {held} to may@harbor.example has gone\n")
    assert len(stage.sent()) == 2
    assert len(stage.events("reply.held")) == 1, "and it is not held again"


async def test_what_waits_goes_now(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "one")
    assert await sends(stage, 1) == (0, "reply 1 to gary@harbor.example has gone\n")


async def test_a_reply_that_may_not_go_is_told_with_the_exit_code(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "one")
    await stage.reload(FUSED.replace('mode = "send"', 'mode = "observe"'))
    code, said = await sends(stage, 1)
    assert code == 1
    assert "has not gone: it is held (the account is in observe now)" in said


async def test_a_reply_that_is_refused_is_told_with_the_exit_code(stages: Opening):
    async with ScriptedSmtp({"rcpt": Say("550 5.1.1 no such user")}) as smtp:
        stage = stages(FUSED, start=datetime.now(UTC) - timedelta(hours=1))
        stage.smtp = f'{{ host = "127.0.0.1", port = {smtp.port}, tls = "none", user = "dana", password = "x" }}'
        await stage.open()
        await stage.arrives(GARY, "one")
        code, said = await sends(stage, 1)
    assert code == 1
    assert "has not gone" in said
