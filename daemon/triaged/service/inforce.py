"""What was in force last of each person, kept beside the ledger: by it her mail is brought back while her file is not valid.

In: the tables that say how to reach her mailboxes and channels. Out: the same, at a later start. Passwords that stand in her file
as text stand here too: the file is its owner's alone, like the tokens of OAuth beside it.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from triaged import statefolder
from triaged.config import Essentials

NAME = "in-force.json"


@dataclass(frozen=True, slots=True)
class InForce:
    """The file of one state folder. What cannot be read is nothing; what cannot be written is not remembered."""

    folder: Path

    def read(self) -> Mapping[str, Essentials]:
        """By person's label; nothing where nothing is remembered."""
        with contextlib.suppress(OSError, ValueError), statefolder.opened(self.folder) as folder:
            found = json.loads(statefolder.read_in(folder, NAME))
            if isinstance(found, dict):
                return {label: one for label, one in found.items() if isinstance(one, dict)}
        return {}

    def write(self, known: Mapping[str, Essentials]) -> None:
        """Remember these instead, if they are others."""
        if known == self.read():
            return
        content = json.dumps(known, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        with contextlib.suppress(OSError), statefolder.opened(self.folder) as folder:
            statefolder.replace_in(folder, NAME, content)


def logins_of(known: Essentials) -> frozenset[str]:
    """The logins of her accounts, as the ledger names them."""
    accounts = known.get("account")
    tables = accounts.values() if isinstance(accounts, Mapping) else ()
    servers = [table.get("imap") for table in tables if isinstance(table, Mapping)]
    return frozenset(f"{one.get('user')}@{one.get('host')}" for one in servers if isinstance(one, Mapping))
