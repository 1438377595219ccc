"""Making a connection: TCP, TLS, greeting, and an IMAPClient that reads through our own wire.

In: host, port, how it is secured. Out: a `Client`, connected and greeted, not yet signed in; and `Imap`, what is left of
it after the sign-in.
Never: an unencrypted connection where one was configured to be encrypted; octets that came before TLS after it.
"""

import contextlib
import imaplib
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from imapclient import IMAPClient, SocketTimeout

from triaged.core.heard import heard
from triaged.mailbox.certificates import looking_only, rejection, trusting
from triaged.mailbox.errors import Insecure, Lost, Refused, Unavailable, Unreachable
from triaged.mailbox.wire import Wire

LITERAL = 1_000_000
"""Octets of a literal outside FETCH: a folder's name, a response text."""


class Where(Protocol):
    """Where the server is: `core.settings.Server`, or a like value."""

    @property
    def host(self) -> str:
        """A name or an address."""
        ...

    @property
    def port(self) -> int:
        """143, 993, or another."""
        ...

    @property
    def tls(self) -> str:
        """implicit, starttls or none."""
        ...

    @property
    def user(self) -> str | None:
        """Who signs in."""
        ...

    @property
    def profile(self) -> str | None:
        """Whose habits it has, where the configuration says so."""
        ...

    @property
    def trust_ca(self) -> Path | None:
        """A file of certificates to trust instead of the system's."""
        ...

    @property
    def allow_cleartext(self) -> bool:
        """Whether tls = none is meant for a server that is not on this machine."""
        ...


class Lifeline:
    """The socket of the moment, so that the event loop can cut it under a thread that waits on it."""

    __slots__ = ("_cut", "sock")

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self._cut = False

    def hold(self, sock: socket.socket) -> None:
        """This socket from now on. Raises `Lost` if the line was cut meanwhile."""
        self.sock = sock
        if self._cut:
            sock.close()
            raise Lost("given up")

    def cut(self) -> None:
        """Wake whoever waits on the socket; everything on it fails from now on. Any thread may call this."""
        self._cut = True
        if self.sock is not None:
            # SSLSocket.shutdown would drop its TLS state under the reading thread's feet
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket. Only when no thread uses it: its number may be another connection's a moment later."""
        self._cut = True
        if self.sock is not None:
            self.sock.close()


class Imap:
    """A connection that is signed in, as commands use it: socket, wire, tags. Thousands of them wait: nothing else is kept."""

    __slots__ = ("_tags", "sock", "wire")

    def __init__(self, sock: socket.socket, wire: Wire) -> None:
        self.sock = sock
        self.wire = wire
        self._tags = 0

    def new_tag(self) -> bytes:
        """A tag that no command has had; imaplib's, which served until the sign-in, begin with four letters."""
        self._tags += 1
        return b"T%d" % self._tags


class Imap4(imaplib.IMAP4):
    """imaplib with its overridable methods (open, read, readline, send, shutdown) on our wire, for the sign-in."""

    wire: Wire

    def __init__(
        self, where: Where, lifeline: Lifeline, context: ssl.SSLContext | None, patience: SocketTimeout
    ) -> None:
        self._where = where
        self._lifeline = lifeline
        self._context = context
        self._patience = patience
        super().__init__(where.host, where.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:  # noqa: ARG002 — imaplib's signature
        """TCP, and TLS if implicit."""
        self.host, self.port = host, port
        try:
            self.sock = reach(host, port, self._patience.connect, self._lifeline)
        except TimeoutError as error:
            raise Unreachable(f"{host}:{port} does not answer") from error
        except OSError as error:
            raise Unreachable(f"{host}:{port} cannot be reached: {error.strerror or error}") from error
        if self._where.tls == "implicit":
            self._secure()
        elif self._where.tls == "none":
            _only_where_allowed(self._where, self.sock)
        self.wire = Wire(self.sock)

    def starttls_or_refuse(self) -> None:
        """STARTTLS (RFC 3501 6.2.1), mandatory; whatever was sent in clear before it is forgotten (RFC 2595 3.1)."""
        if self.state != "NONAUTH":
            raise Insecure(
                "the server greets with PREAUTH, which leaves no room for STARTTLS: somebody may be in between"
            )
        if "STARTTLS" not in self.capabilities:
            raise Insecure("the server does not offer STARTTLS; nothing is sent unencrypted")
        status, data = self._simple_command("STARTTLS")
        if status != "OK":
            raise Insecure(f"the server refused STARTTLS: {heard(data[-1] or b'')}")
        if self.wire.buffered():
            raise Insecure("the server sent more after STARTTLS than its answer: somebody may be in between")
        self._secure()
        self.wire = Wire(self.sock)
        self.untagged_responses: dict[str, Any] = {}
        self._get_capabilities()

    def read(self, size: int) -> bytes:
        """A literal that imaplib asks for."""
        if size > LITERAL:
            raise Lost(f"the server announces a literal of {size} octets where none was asked for")
        return self.wire.read(size)

    def readline(self) -> bytes:
        """A line that imaplib asks for."""
        line = self.wire.readline()
        # a tagged OK without text is against RFC 3501 9 (resp-text), was seen, and is refused by imaplib
        if len(line) < 20 and line.rstrip().endswith((b" OK", b" NO", b" BAD")):  # noqa: PLR2004 — tags are short
            return line.rstrip() + b" \r\n"
        return line

    def send(self, data: Any) -> None:
        """Octets that imaplib sends."""
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close without a word."""
        if sock := getattr(self, "sock", None):
            sock.close()

    def _secure(self) -> None:
        assert self._context is not None
        tls = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = tls
        self._lifeline.hold(tls)
        tls.do_handshake()

    def _log(self, line: str) -> None:
        """Keep no record of the last lines: they hold the password."""


class Client(IMAPClient):  # type: ignore[misc]  # IMAPClient ships no types
    """IMAPClient over our `Imap`."""

    _imap: Imap4

    def __init__(self, make: Callable[[], Imap4], patience: SocketTimeout) -> None:
        self._make = make
        super().__init__("", 0, ssl=False, timeout=patience)
        self._imap.debug = 0  # IMAPClient sets 5, and every line is then formatted for a log that nobody reads

    def _create_IMAP4(self) -> Imap4:  # noqa: N802 — IMAPClient's name
        return self._make()

    @property
    def imap(self) -> Imap4:
        """The connection underneath."""
        return self._imap


def connect(where: Where, lifeline: Lifeline, patience: SocketTimeout) -> Client:
    """Connect, secure, greet. Blocking; `patience` is per operation, the wall clock is the caller's.

    Raises:
        Insecure, CertificateRejected, Unavailable (the server says BYE), Unreachable, Lost; and what `errors.translate` knows.
    """
    context = None if where.tls == "none" else trusting(where.trust_ca)
    try:
        return _greeted(where, lifeline, context, patience)
    except ssl.SSLCertVerificationError as error:
        raise rejection(where.host, error, _refused_certificate(where, patience)) from error
    except ssl.SSLError as error:
        hint = "; is this a port for starttls?" if error.reason == "WRONG_VERSION_NUMBER" else ""
        raise Lost(f"no TLS with {where.host}:{where.port}: {error.reason or error}{hint}") from error
    except imaplib.IMAP4.abort as error:
        raise Lost(f"{where.host}:{where.port}: {heard(str(error))}") from error
    except imaplib.IMAP4.error as error:
        text = heard(str(error))
        raise _unwelcome(where, text) from error
    except TimeoutError as error:
        hint = "" if where.tls == "implicit" else '; is this a port for tls = "implicit"?'
        raise Lost(f"{where.host}:{where.port} does not answer{hint}") from error
    except OSError as error:
        raise Lost(f"{where.host}:{where.port} ends the connection: {error.strerror or error}") from error


def _greeted(where: Where, lifeline: Lifeline, context: ssl.SSLContext | None, patience: SocketTimeout) -> Client:
    client = Client(lambda: Imap4(where, lifeline, context, patience), patience)
    if where.tls == "starttls":
        try:
            client.imap.starttls_or_refuse()
        except BaseException:
            client.imap.shutdown()
            raise
        client.imap.sock.settimeout(patience.read)
    return client


def _unwelcome(where: Where, text: str) -> Unavailable | Refused:
    # imaplib raises plain `error` for a greeting that is not OK (RFC 3501 7.1.5: BYE)
    if "BYE" in text[:8].upper():
        return Unavailable(f"{where.host} is not receiving visitors: {text}")
    return Refused(f"{where.host}: {text}")


def reach(host: str, port: int, patience: float, lifeline: Lifeline) -> socket.socket:
    """A TCP connection to the first address that answers; each is given `patience` seconds."""
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        lifeline.hold(sock)
        try:
            sock.settimeout(patience)
            sock.connect(address)
            _tune(sock)
        except OSError as error:
            failure = error
            sock.close()
        else:
            lifeline.hold(sock)
            return sock
    raise failure


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Linux: a peer that vanished is noticed within two minutes, sent octets unacknowledged for one are a failure
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4), ("TCP_USER_TIMEOUT", 60_000)):
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def _only_where_allowed(where: Where, sock: socket.socket) -> None:
    peer = ipaddress.ip_address(sock.getpeername()[0].partition("%")[0])
    if not (where.allow_cleartext or peer.is_loopback):
        sock.close()
        raise Insecure(
            f'tls = "none" is only for this machine; {where.host} is {peer} (allow_cleartext = true overrides)'
        )


def _refused_certificate(where: Where, patience: SocketTimeout) -> bytes | None:
    """Connect again, only to look at the certificate; None if that fails too."""
    with contextlib.suppress(OSError, imaplib.IMAP4.error, Insecure, Lost):
        imap = Imap4(where, Lifeline(), looking_only(), patience)
        try:
            if where.tls == "starttls":
                imap.starttls_or_refuse()
            assert isinstance(imap.sock, ssl.SSLSocket)
            return imap.sock.getpeercert(binary_form=True)
        finally:
            imap.shutdown()
    return None
