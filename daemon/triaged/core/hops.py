"""The way a message took into its mailbox, by its Received fields (RFC 5321 4.4): sent from inside, or come from outside.

Read from the top: what stands there my own server wrote. Where it took the message from elsewhere it ends, since whatever
stands below has come in with the message and may say anything.
"""

import re
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import Final

from triaged.core.message import Message

_MOST: Final = 30
_WITH: Final = re.compile(r"\bwith\s+([a-z0-9-]+)")
_LITERAL: Final = re.compile(r"\[(?:ipv6:)?([0-9a-f.:]{2,45})\]|\((?:ipv6:)?([0-9a-f.:]{2,45})\)")
_SIGNED_IN: Final = frozenset(
    {"esmtpa", "esmtpsa", "lmtpa", "lmtpsa", "utf8smtpa", "utf8smtpsa", "utf8lmtpa", "utf8lmtpsa"}
)
"""Transmission types that mean that the sender had signed in (RFC 3848, RFC 6531 4.3)."""
_NO_PROTOCOLS: Final = frozenset({"cipher"})
"""What else stands behind `with`, in comments on TLS."""
_HANDED_ON: Final = frozenset({"lmtp", "lmtps", "utf8lmtp", "utf8lmtps", "local", "mapi"})
_NEAR: Final = tuple(
    map(
        ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
    )
)  # this machine, RFC 1918, RFC 4193, RFC 4291 2.5.6


class Way(Enum):
    """How a message came."""

    SIGNED_IN = "somebody signed in to my server sent it"
    OUTSIDE = "it came from outside"
    UNKNOWN = "nothing says how it came"


def way_of(message: Message) -> Way:
    """How a message came into the mailbox."""
    for raw in message.fields.raw("received")[:_MOST]:
        found = _hop(" ".join(raw.decode("ascii", "replace").lower().split()))
        if found is not None:
            return found
    return Way.UNKNOWN


def _hop(text: str) -> Way | None:
    """What one hop says; None: it was handed on inside, ask the one below.

    A client's name for itself, its envelope and its recipient stand there too, and may be written like a second protocol, in
    quotation marks, brackets and comments that are not closed: whatever one of them says, my server says its own beside it.
    """
    kinds = {found[1] for found in _WITH.finditer(text)} - _NO_PROTOCOLS
    if kinds and kinds <= _SIGNED_IN:
        return Way.SIGNED_IN
    handed_on = bool(kinds) and kinds <= _HANDED_ON
    if handed_on or not text.startswith("from ") or _is_near(text.partition(" by ")[0]):
        return None
    return Way.OUTSIDE


def _is_near(origin: str) -> bool:
    """Whether the address that the server saw, which no client chooses, is this machine's or its own network's."""
    found = [one or other for one, other in _LITERAL.findall(origin)]
    try:
        return bool(found) and all(any(ip_address(one) in near for near in _NEAR) for one in found)
    except ValueError:
        return False
