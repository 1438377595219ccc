"""From nothing to a connection that is signed in, and from there to a goodbye. Blocking; runs in the pools' threads.

In: where the server is, credentials. Out: a `Line`, what the server can, how it greeted.
Never: capabilities from before the sign-in; a socket left open behind a failure.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from imapclient import SocketTimeout

from triaged.core.heard import Hidden, heard
from triaged.mailbox.authenticate import Credentials, sign_in
from triaged.mailbox.capabilities import Capabilities, read
from triaged.mailbox.connection import Imap, Lifeline, Where, connect
from triaged.mailbox.errors import FOREIGN, MailboxError, translate
from triaged.mailbox.exchange import exchange, ignore, whole

T = TypeVar("T")

_GREETING = re.compile(rb"^\* (?:OK|PREAUTH) (?:\[[^\]]*\] ?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A connection that is signed in."""

    imap: Imap
    lifeline: Lifeline
    hidden: Hidden  # what signed it in


def closing(lifeline: Lifeline, work: Callable[[], T], clean: tuple[type[MailboxError], ...]) -> T:
    """Run `work` in this thread, translating what libraries raise; what is not a clean answer closes the socket here, where nobody else reads from it."""
    try:
        return work()
    except clean:
        raise
    except FOREIGN as error:
        lifeline.close()
        raise translate(error) from error
    except BaseException:
        lifeline.close()
        raise


def sign_on(
    where: Where, credentials: Credentials, lifeline: Lifeline, patience: SocketTimeout
) -> tuple[Imap, Capabilities, str]:
    """Connect, sign in, ask what the server can; with its greeting. Raises as `connection.connect` and `login.sign_in`."""
    client = connect(where, lifeline, patience)
    greeting = sys.intern(heard(_GREETING.sub(b"", client.imap.welcome or b"", count=1)))
    if client.imap.state == "NONAUTH":  # PREAUTH (RFC 3501 7.1.4): signed in by other means
        sign_in(client, credentials)
    imap = Imap(client.imap.sock, client.imap.wire)  # the libraries' part ends here
    names: list[bytes] = []

    def take(line: bytes) -> None:
        whole(line, imap.wire, limit=0)
        if line[:13].upper() == b"* CAPABILITY ":
            names.extend(line[13:].split())

    # asked for anew: what was said before the sign-in, or along with it, is often another list (iCloud)
    exchange(imap, b"CAPABILITY", take)
    return imap, read(names), greeting


def identify(imap: Imap) -> None:
    """Say who we are (RFC 2971): some servers want it before SELECT."""
    exchange(imap, b'ID ("name" "triaged")', ignore(imap.wire))


def goodbye(imap: Imap, lifeline: Lifeline, *, idling: bool) -> None:
    """Say LOGOUT, from within IDLE too; hear BYE, close; whatever the server makes of it."""
    try:
        imap.sock.sendall(b"DONE\r\nT LOGOUT\r\n" if idling else b"T LOGOUT\r\n")
        imap.wire.allow(octets=10_000, lines=100)
        while not imap.wire.readline().startswith(b"T "):
            pass
    except (MailboxError, OSError):
        return
    finally:
        lifeline.close()
