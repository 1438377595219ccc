"""Message-IDs for mails of ours."""

import random

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def new_message_id(chance: random.Random, domain: str) -> str:
    """`<triaged.RANDOM@domain>` with 130 bits of chance (RFC 5322 3.6.4), made with the plan and stored."""
    return f"<triaged.{''.join(chance.choices(_LETTERS, k=26))}@{domain}>"
