"""Signing in with access tokens on a real Dovecot, which asks a token server about each."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from server.dovecot import Dovecot, Variant
from triaged.mailbox import AuthFailed, Pools, Session

pytestmark = pytest.mark.server


class Introspection(http.server.BaseHTTPRequestHandler):
    """Says whose token it is (RFC 7662): `token-of-NAME` is NAME's."""

    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        good = token.startswith("token-of-")
        body = json.dumps({"active": good, "username": token.removeprefix("token-of-")} if good else {"active": False})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def token_server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Where:
    port: int
    user: str
    host: str = "127.0.0.1"
    tls: str = "none"
    trust_ca: None = None
    allow_cleartext: bool = False
    profile: str | None = None


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
async def test_a_token_signs_in_and_a_refused_one_tells_why(
    own_dovecot: Callable[[Variant], Dovecot], token_server: str, mechanism: str
):
    dovecot = own_dovecot(Variant(oauth=token_server, tokens=mechanism))
    user = dovecot.new_user()
    pools = Pools(commands=1, connects=1)
    try:
        for text, good in ((f"token-of-{user}", True), ("stolen", False)):
            session = Session(Where(dovecot.imap, user), pools, token=give(text))
            if good:
                await session.open()
                assert session.is_open
            else:
                with pytest.raises(AuthFailed) as caught:
                    await session.open()
                assert "status" in str(caught.value)
                assert text not in str(caught.value)
            await session.close()
    finally:
        pools.close()


def give(text: str) -> Callable[[], object]:
    async def token() -> str:
        return text

    return token
