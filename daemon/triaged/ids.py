"""Message-IDs for mails of ours."""

import random

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def new_message_id(chance: random.Random, domain: str) -> str:
    """`<triaged.RANDOM@domain>` with 130 bits of chance (RFC 5322 3.6.4), made with the plan and stored."""
    drawn = chance.getrandbits(130)  # at once: the system's chance is a system call each time
    letters = "".join(_LETTERS[drawn >> shift & 31] for shift in range(0, 130, 5))
    return f"<triaged.{letters}@{domain}>"
