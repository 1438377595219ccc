"""Message-IDs for mails of ours."""

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
