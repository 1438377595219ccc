"""The demo goes on: the same mailbox and ledger, a clock that runs on from the morning, and mail that can be sent to it."""

from datetime import UTC
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

from rich.console import Console

from triaged.demo import demopage, morning
from triaged.demo.democlock import ShiftedClock
from triaged.demo.play import Story, at_work, configure, mail_client
from triaged.demo.servers import Servers
from triaged.log import setup
from triaged.mailbox import Session
from triaged.person.pushwords import Push
from triaged.service.daemon import Daemon

_LOOK_EVERY = 0.5
"""Seconds between two looks for mail that a mail client has sent."""


async def keep_running(out: Console, folder: Path, servers: Servers, story: Story) -> None:
    """Say how to look at it, and work on until Ctrl-C."""
    clock = ShiftedClock(morning.instant(story.day, morning.END).astimezone(UTC))
    path = folder / "mara.toml"
    demopage.keeping(out, servers.imap, servers.smtp, path)

    async def push(_url: str, words: Push) -> None:
        out.print(f"[bold]The phone says:[/bold] {words.title}: {words.text}")

    log = setup.start("console", setup.Output(zone=morning.ZONE), now=clock.now)
    try:
        daemon = Daemon(configure(folder, servers, clock.now()), log.events, clock=clock, send=push)
        async with mail_client(servers) as postman, at_work(daemon):
            await _until_stopped(daemon, servers, postman)
    finally:
        log.close()


async def _until_stopped(daemon: Daemon, servers: Servers, postman: Session) -> None:
    seen = len(servers.sent)
    while not daemon.stopping.is_set():
        for outgoing in servers.sent[seen:]:
            if morning.ME in outgoing.recipients:
                await postman.append("INBOX", _delivered(outgoing.sender, outgoing.raw), (), daemon.clock.now())
        seen = len(servers.sent)
        await daemon.stopping.wait(_LOOK_EVERY)


def _delivered(sender: str, raw: bytes) -> bytes:
    """The message as a mail server hands it on: with the envelope's sender, and what it found out about it."""
    made = message_from_bytes(raw, policy=SMTP)
    domain = sender.rpartition("@")[2]
    head = f"Return-Path: <{sender}>\r\nAuthentication-Results: mx.lind.example; dmarc=pass header.from={domain}\r\n"
    for name in ("Return-Path", "Authentication-Results"):
        del made[name]
    return head.encode() + made.as_bytes()
