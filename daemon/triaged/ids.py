"""Message-IDs for mails of ours, and our mark on mails of others."""

import base64
import random


def new_message_id(chance: random.Random, domain: str) -> str:
    """`<triaged.RANDOM@domain>` with 130 bits of chance (RFC 5322 3.6.4), made with the plan and stored."""
    drawn = chance.getrandbits(136).to_bytes(17, "big")  # at once: the system's chance is a system call each time
    letters = base64.b32encode(drawn)[:26].decode().lower()
    return f"<triaged.{letters}@{domain}>"


def is_as_made(message_id: str | None) -> bool:
    """Whether a Message-ID is one that a triaged made, and no provider has put another in its place."""
    return (message_id or "").removeprefix("<").removeprefix("fwd.").startswith("triaged.")


MARK = "triaged-"
"""How the keyword begins that a triaged puts on what it is going to answer."""


def new_mark(chance: random.Random) -> str:
    """A keyword that no other ledger uses (RFC 3501 2.3.2: an atom; Dovecot takes 50 octets)."""
    return f"{MARK}{base64.b32encode(chance.getrandbits(50).to_bytes(7, 'big'))[:10].decode().lower()}"
