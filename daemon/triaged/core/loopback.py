"""What stays on this machine, and so needs no TLS. By name and number alone: nobody is asked."""

import ipaddress
from urllib.parse import urlsplit

_NAMES = frozenset({"localhost", "localhost.", "ip6-localhost"})


def is_loopback(host: str) -> bool:
    """Whether a host name stays on this machine."""
    if host.casefold() in _NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def keeps_secrets(url: str) -> bool:
    """Whether what is sent to this address is read by nobody on the way: over https, or on this machine (RFC 8252 8.3)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
