"""The embedded mail servers of the demo: an IMAP server with one mailbox, and an SMTP server that keeps what it is given.

Both listen on loopback, on ports that the system chooses, in the event loop that starts them.
"""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from triaged.core.errors import TriagedError

HOST = "127.0.0.1"
USER = "mara"
PASSWORD = "demo"  # noqa: S105 — of a mailbox that lives for seconds, on loopback


class ExtraMissingError(TriagedError):
    """The packages of the extra `demo` are not installed."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail that the daemon handed to the SMTP server."""

    sender: str  # of the envelope; "" is the null sender
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(slots=True)
class Servers:
    """Where they listen, and what went out."""

    imap: int
    smtp: int
    sent: list[Outgoing] = field(default_factory=list)


def check_extra() -> None:
    """See whether the packages are there.

    Raises:
        ExtraMissingError: `pip install 'triaged[demo]'` has not been done.
    """
    missing = [name for name in ("pymap", "aiosmtpd") if find_spec(name) is None]
    if missing:
        raise ExtraMissingError(f"the demo needs {' and '.join(missing)}: pip install 'triaged[demo]'")


@asynccontextmanager
async def serving() -> AsyncIterator[Servers]:
    """Both servers, until the block ends.

    Raises:
        ExtraMissingError: `pip install 'triaged[demo]'` has not been done.
    """
    check_extra()
    import aiosmtpd.smtp

    async with AsyncExitStack() as stack:
        imap = await _imap(stack)
        servers = Servers(imap, 0)
        keeper = _Keeper(servers.sent)
        smtp = await asyncio.get_running_loop().create_server(
            lambda: aiosmtpd.smtp.SMTP(keeper, hostname="mail.lind.example", enable_SMTPUTF8=True), HOST, 0
        )
        stack.callback(smtp.close)
        servers.smtp = smtp.sockets[0].getsockname()[1]
        yield servers


async def _imap(stack: AsyncExitStack) -> int:
    """Start the IMAP server with an empty mailbox; its port."""
    from proxyprotocol.reader import ProxyProtocolReader
    from pymap.backend.dict import DictBackend
    from pymap.imap import IMAPServer

    args = Namespace(
        host=HOST, port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, inherited_sockets=None,
        passlib_cfg=None, demo_data=False, demo_user=USER, demo_password=PASSWORD,
    )  # fmt: skip
    backend, config = await DictBackend.init(args)
    config.apply_context()
    await backend.start(stack)
    connected = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(connected, HOST, 0)
    stack.callback(server.close)
    port: int = server.sockets[0].getsockname()[1]
    return port


class _Keeper:
    """What aiosmtpd calls with each mail."""

    def __init__(self, kept: list[Outgoing]) -> None:
        self._kept = kept

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 — aiosmtpd's name
        self._kept.append(Outgoing(envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 kept"
