"""What a server says it can, as the few questions that we ask.

In: the words of CAPABILITY after sign-in. Out: one shared value for servers that can the same.
Never: a guess; what turns out not to work is learned by the session, not written here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The extensions we make use of."""

    names: frozenset[str]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def idle(self) -> bool:
        """RFC 2177."""
        return "IDLE" in self.names

    @property
    def move(self) -> bool:
        """RFC 6851."""
        return "MOVE" in self.names

    @property
    def uidplus(self) -> bool:
        """RFC 4315."""
        return "UIDPLUS" in self.names

    @property
    def special_use(self) -> bool:
        """RFC 6154."""
        return "SPECIAL-USE" in self.names

    @property
    def list_extended(self) -> bool:
        """RFC 5258: LIST with RETURN."""
        return "LIST-EXTENDED" in self.names

    @property
    def namespace(self) -> bool:
        """RFC 2342."""
        return "NAMESPACE" in self.names

    @property
    def id(self) -> bool:
        """RFC 2971."""
        return "ID" in self.names

    @property
    def condstore(self) -> bool:
        """RFC 7162."""
        return "CONDSTORE" in self.names

    @property
    def gmail(self) -> bool:
        """Gmail's extensions."""
        return "X-GM-EXT-1" in self.names

    @property
    def oauth(self) -> bool:
        """Sign-in with access tokens."""
        return bool(self.names & {"AUTH=XOAUTH2", "AUTH=OAUTHBEARER"})


@lru_cache(maxsize=256)
def _shared(names: frozenset[str]) -> Capabilities:
    return Capabilities(names)


def read(names: Iterable[bytes | str]) -> Capabilities:
    """The capabilities of those words; equal servers share one value (thousands of mailboxes idle in one process)."""
    return _shared(frozenset((n.decode("ascii", "replace") if isinstance(n, bytes) else n).upper() for n in names))
