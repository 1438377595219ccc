"""A server as a person writes it: `HOST`, `HOST:PORT` or `HOST:PORT/TLS`."""

from triaged.core.settings import Server, Tls

EXPLAINED = (
    "Your provider's help pages call it “IMAP server” or “incoming mail” (SMTP: “outgoing mail”). Its name is enough."
    " If they name another port or STARTTLS, write HOST:PORT/TLS, as in imap.example.org:143/starttls."
    " TLS is implicit (also called SSL/TLS), starttls or none. Microsoft 365 at work: outlook.office365.com; Google Workspace:"
    " imap.gmail.com."
)
_STARTTLS = (143, 587)
_MOST = 65535


def no_server(text: str) -> str:
    """What is wrong with it; "": nothing."""
    host, port, tls = _parts(text)
    is_port = not port or (port.isdecimal() and 0 < int(port) <= _MOST)
    if host and " " not in host and is_port and (not tls or tls in {one.value for one in Tls}):
        return ""
    return f"{text!r} is no server: write HOST, HOST:PORT or HOST:PORT/starttls"


def read_server(text: str, usual_port: int) -> Server:
    """Read what `no_server` has nothing against; without TLS it follows from the port."""
    host, port, tls = _parts(text)
    number = int(port) if port else usual_port
    usual = Tls.STARTTLS if number in _STARTTLS else Tls.IMPLICIT
    return Server(host, number, Tls(tls) if tls else usual, None, None)


def written_server(server: Server, usual_port: int) -> str:
    """As she would write it."""
    if (server.port, server.tls) == (usual_port, Tls.IMPLICIT):
        return server.host
    return f"{server.host}:{server.port}/{server.tls.value}"


def _parts(text: str) -> tuple[str, str, str]:
    address, _, tls = text.strip().partition("/")
    host, _, port = address.partition(":")
    return host, port, tls
