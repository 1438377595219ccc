"""The line is cut, reset, or falls silent at every octet of a short session: only our own errors, nothing left behind."""

import asyncio
from collections.abc import Callable

import pytest

from fakes.imap import PASSWORD, FakeImap, Mail
from faults.proxy import Fault, FaultProxy
from triaged.clock import WakeEvent
from triaged.mailbox import IdleEnd, Lost, MailboxError, Patience, Session

Make = Callable[..., Session]
RAW = b"Subject: hi\r\n\r\nhello\r\n"


async def short_session(session: Session) -> str:
    """As much as a session does in a day; how far it came."""
    wake = WakeEvent()
    await session.open()
    await session.select("INBOX")
    (uid,) = await session.uids_from(1)
    (message,) = await session.fetch([uid], text=True)
    assert (message.header + message.body, message.complete) == (RAW, True)  # never half a message
    assert await session.idle(wake, 0) is IdleEnd.TIMED_OUT
    await session.store([uid], add=["\\Flagged"])
    assert list(await session.move([uid], "Deferred")) == [uid]
    await session.close()
    return "done"


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_session_cut_at_any_octet_is_lost_and_nothing_else(session_with: Make, how: str):
    async def once(after: int, server: FakeImap, proxy: FaultProxy) -> str:
        server.mails[:] = [Mail(1, RAW)]
        proxy.fault = Fault("none" if after < 0 else how, after)  # type: ignore[arg-type]
        session = session_with(proxy, secret=secret)
        try:
            return await asyncio.wait_for(short_session(session), 20)
        except MailboxError as error:
            assert not session.is_open
            return type(error).__name__

    async with FakeImap() as server, FaultProxy(server.port) as proxy:
        assert await once(-1, server, proxy) == "done"
        whole = proxy.passed
        ends = [await once(after, server, proxy) for after in range(1, whole)]
    ends = ["Lost" if end == "Unreachable" else end for end in ends]  # a reset may be seen before the connection is
    assert set(ends[:-60]) == {"Lost"}
    assert set(ends) <= {"Lost", "done"}  # a goodbye that is cut harms nobody


async def test_a_server_that_stalls_while_somebody_waits_is_noticed_at_the_end_of_the_wait(session_with: Make):
    async with FakeImap(mails=[Mail(1, RAW)]) as server, FaultProxy(server.port) as proxy:
        session = session_with(proxy, Patience(command=2, done=0.3), secret=secret)
        await session.open()
        await session.select("INBOX")
        proxy.stall()
        with pytest.raises(Lost):
            await session.idle(WakeEvent(), 0.05)


async def test_all_connections_cut_at_once_are_all_noticed_while_idle(session_with: Make):
    async with FakeImap(mails=[Mail(1, RAW)]) as server, FaultProxy(server.port) as proxy:
        sessions = [session_with(proxy, secret=secret) for _ in range(20)]
        await asyncio.gather(*(session.open() for session in sessions))
        tasks = [asyncio.create_task(session.idle(WakeEvent(), 60)) for session in sessions]
        while server.commands.count("IDLE") < 20:  # noqa: ASYNC110 — the server tells nobody
            await asyncio.sleep(0)
        proxy.cut_all()
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    assert {type(end) for end in ends} == {Lost}


async def secret() -> str:
    return PASSWORD
