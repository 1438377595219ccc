"""The guard's table as the reference shows it."""

from triaged.core.guard.checks import CHECKS, REFUSALS


def guard_table() -> str:
    """Every code with what it stands for, in the order in which the first is told; Markdown, ending in a newline."""
    words = {code: [check.words for check in CHECKS if check.code == code] for code in REFUSALS}
    rows = ["| `no_reply` | no reply goes when |", "|---|---|"]
    rows += [f"| `{code}` | {'; '.join(words[code])} |" for code in REFUSALS]
    return "\n".join(rows) + "\n"
