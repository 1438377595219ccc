"""A server as a person writes it: `HOST`, `HOST:PORT` or `HOST:PORT/TLS`."""

from triaged.core.settings import Server, Tls

_STARTTLS = (143, 587)
_MOST = 65535


def is_server(text: str) -> bool:
    """Whether it can be read as one."""
    host, port, tls = _parts(text)
    is_port = not port or (port.isdecimal() and 0 < int(port) <= _MOST)
    return bool(host) and " " not in host and is_port and (not tls or tls in {one.value for one in Tls})


def read_server(text: str, usual_port: int) -> Server:
    """Read what `is_server` says yes to; without TLS it follows from the port."""
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
