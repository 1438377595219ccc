"""Why a reply that is due has to wait although others may go: what it speaks of cannot be seen, or is not done yet."""

from collections.abc import Mapping, Sequence

from triaged.ledger import Ledger
from triaged.ledger.entries import Item


def out_of_sight(items: Sequence[Item], unseen: Mapping[str, str]) -> str | None:
    """Where the last look was refused the folder of one of its messages: a hand may have had it. `unseen`: why, by folder."""
    for folder in (item.folder for item in items):
        if folder is not None and folder in unseen:
            return f"{folder} cannot be looked at: {unseen[folder]}"
    return None


def still_to_move(ledger: Ledger, items: Sequence[Item]) -> str | None:
    """Where a message that is said to come back has not been put aside."""
    for item in items:
        for effect in ledger.effects_for(item.id):
            if effect.kind == "aside" and effect.state in ("planned", "trying"):
                return f"message {item.id} is not put aside yet: {effect.error or 'it is about to be'}"
    return None
