"""Message-IDs for mails of ours, and our marks on mails of others."""

import base64
import random
from typing import Final


def new_message_id(chance: random.Random, domain: str) -> str:
    """`<triaged.RANDOM@domain>` with 130 bits of chance (RFC 5322 3.6.4), made with the plan and stored."""
    drawn = chance.getrandbits(136).to_bytes(17, "big")  # at once: the system's chance is a system call each time
    letters = base64.b32encode(drawn)[:26].decode().lower()
    return f"<triaged.{letters}@{domain}>"


def is_as_made(message_id: str | None) -> bool:
    """Whether a Message-ID is one that a triaged made, and no provider has put another in its place."""
    return (message_id or "").removeprefix("<").removeprefix("fwd.").startswith("triaged.")


MARK: Final = "triaged-"
"""How the keyword begins that a triaged puts on what it puts aside or is going to answer."""

BACK: Final = f"{MARK}back"
"""The keyword of what was put aside and has come back."""

SAID: Final = f"{MARK}said"
"""The keyword of what a reply may have gone to: it is set before the body is sent."""


def said(kind: str) -> str:
    """The keyword that is set before a reply of that kind is sent; an acknowledgement and an apology are two things."""
    return SAID if kind == "ack" else f"{SAID}-{kind}"


def is_whose(keyword: str) -> bool:
    """Whether a keyword (in small letters) says which triaged a message is in hand of."""
    return keyword.startswith(MARK) and keyword != BACK and not keyword.startswith(SAID)
