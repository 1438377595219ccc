"""pymap on loopback: an IMAP server in Python, in memory, which keeps no keywords of anybody's own."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass

from server.mailboxes import Mailboxes
from server.processes import HOST, end, free_port, greets, missing, until

PASSWORD = "a password of the tests"
_MOST = 200
_SERVE = """\
import asyncio, contextlib, sys
from argparse import Namespace
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.user import UserMetadata

async def main(host, port, password, most):
    args = Namespace(
        host=host, port=port, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, inherited_sockets=None,
        passlib_cfg=None, demo_data=False, demo_user="user0", demo_password=password,
    )
    backend, config = await DictBackend.init(args)
    config.apply_context()
    known = backend.login.users_dict
    for number in range(most):
        known[f"user{number}"] = UserMetadata(config, f"user{number}", password=known["user0"].password)
    async with contextlib.AsyncExitStack() as stack:
        await backend.start(stack)
        connected = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        server = await asyncio.start_server(connected, host, port)
        await server.serve_forever()

asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
"""


@dataclass(frozen=True, slots=True)
class PymapVariant:
    """There is one."""

    @property
    def prefix(self) -> str:
        """Of all folders but INBOX, as the server names them."""
        return ""


class Pymap(Mailboxes):
    """One server in a process of its own. `start` it, `close` it; mailboxes come into being with `new_user`."""

    host = HOST
    password = PASSWORD
    prefix = ""

    def __init__(self, variant: PymapVariant) -> None:
        if importlib.util.find_spec("pymap") is None:
            missing("pymap is not installed: it comes with the tests' own packages")
        self.variant = variant
        self.imap = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._users = 0

    def start(self) -> None:
        """Bring it up; returns when it greets."""
        command = [sys.executable, "-c", _SERVE, self.host, str(self.imap), self.password, str(_MOST)]
        self._process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        until(lambda: greets(self.imap, b"* OK"), 30, "pymap greets")

    def close(self) -> None:
        """End it at once; nothing is left."""
        if self._process is not None:
            end(self._process, gently=False)
            self._process = None

    def new_user(self, name: str = "") -> str:
        """A mailbox that nobody has used: its login name."""
        self._users += 1
        assert not name, "the names are known beforehand"
        assert self._users < _MOST
        user = f"user{self._users}"
        with self.client(user) as client:
            client.create_folder("Sent")
        return user
