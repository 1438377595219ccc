"""The smallest rule that would have decided some messages otherwise, as text that can be pasted: for digest and page."""

from collections.abc import Collection, Sequence
from itertools import count
from typing import Final, Literal

from triaged.core.tomltext import listed, quoted

_FEW: Final = 5
"""So many senders are named; of more the client is."""

Then = Literal["urgent", "defer", "leave"]


def smallest_rule(senders: Sequence[str | None], client: str, then: Then, taken: Collection[str] = ()) -> str:
    """By who wrote them, as long as they are few and all known; else by their client.

    Args:
        senders: the address of each message; None: nobody knows.
        client: the label of the client whose messages they are.
        then: what is to become of the like.
        taken: the names of the rules that there are, which are unique.
    """
    known = sorted({one for one in senders if one})
    few = 0 < len(known) <= _FEW and all(senders)
    condition = f"from = {listed(known)}" if few else f"client = {quoted(client)}"
    name = _free(", ".join(known) if few else client, taken)
    return "\n".join(("[[rule]]", f"name = {quoted(name)}", f"when = {{ {condition} }}", f'then = "{then}"'))


def _free(name: str, taken: Collection[str]) -> str:
    if name not in taken:
        return name
    return next(other for number in count(2) if (other := f"{name} ({number})") not in taken)
