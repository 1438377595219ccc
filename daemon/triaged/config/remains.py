"""What is left of a person whose file is not valid: enough to bring her mail back and to tell her, never enough to decide.

In: her file as far as it parses, and what was in force last. Out: a `Person` with no rules and no clients, whose accounts take
in nothing new (they watch no folder). What stands in the file wins, account by account: a password may have been changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from triaged.config.document import Node, empty, merge, read_in_part
from triaged.config.layout import PERSON, homes
from triaged.config.person import make_person
from triaged.config.problems import Findings, Place
from triaged.config.reader import Reader
from triaged.core.settings import Account, Channel, Mode, Person

Essentials = Mapping[str, Any]
"""Of a person's tables [me], [account.*] and [notify.*] as they are written, and `file`: by which paths in them are meant."""

_NEEDED = ("me", "account", "notify")
_NOBODY = {"name": "-", "timezone": "UTC"}


def essentials_of(node: Node, file: Path) -> Essentials:
    """What is to be remembered of a valid person's tables."""
    plain = node.plain()
    return {"file": str(file.absolute()), **{name: plain[name] for name in _NEEDED if name in plain}}


def remains(file: Path, common: Path, before: Essentials | None) -> Person | None:
    """As much as can be had of the person of this file; None: neither an account nor a channel.

    Args:
        file: hers; it may be unreadable, or gone.
        common: the file that lies under it; it may be missing.
        before: what was in force last, if that is remembered.
    """
    written = _written(file, common)
    known = _Found(_remembered(before)) if before is not None else None
    found = _Found(written)
    accounts = {account.login: account for one in (known, found) if one is not None for account in one.accounts()}
    channels = {label: channel for one in (known, found) if one is not None for label, channel in one.channels()}
    base = found.person() or (known.person() if known is not None else None) or _Found(empty(file)).anybody()
    if not accounts and not channels:
        return None
    return replace(base, label=file.stem, accounts=tuple(map(at_rest, accounts.values())), channels=channels)


def at_rest(account: Account) -> Account:
    """An account from which mail is only brought back."""
    return replace(account, mode=Mode.OBSERVE, watch=(), start="new")


def _written(file: Path, common: Path) -> Node:
    own, below = read_in_part(file), read_in_part(common)
    whole = merge(below, own)
    return Node({name: node for name, node in whole.table.items() if name in _NEEDED}, own.at, own.key)


def _remembered(before: Essentials) -> Node:
    at = Place(Path(str(before.get("file", "triaged.toml"))))
    return _node({name: before[name] for name in _NEEDED if name in before}, at)


def _node(value: Any, at: Place) -> Node:
    if isinstance(value, Mapping):
        return Node({str(key): _node(one, at) for key, one in value.items()}, at, at)
    if isinstance(value, list):
        return Node([_node(one, at) for one in value], at, at)
    return Node(value, at, at)


class _Found:
    """What of some tables can be used, each by itself."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def person(self) -> Person | None:
        """Who she is; None where [me] says nothing that can be used."""
        return self._made(me=self._node.table["me"]) if "me" in self._node.table else None

    def anybody(self) -> Person:
        """A person of whom nothing is known."""
        made = self._made(me=_node(_NOBODY, self._node.at), valid=False)
        assert made is not None  # nothing else was asked of it
        return made

    def accounts(self) -> Iterator[Account]:
        """The accounts whose tables are valid."""
        for label, node in self._table("account"):
            made = self._made(me=_node(_NOBODY, node.at), account=Node({label: node}, node.at, node.key))
            yield from made.accounts if made is not None else ()

    def channels(self) -> Iterator[tuple[str, Channel]]:
        """The channels whose tables are valid."""
        for label, node in self._table("notify"):
            made = self._made(me=_node(_NOBODY, node.at), notify=Node({label: node}, node.at, node.key))
            yield from made.channels.items() if made is not None else ()

    def _table(self, name: str) -> Iterator[tuple[str, Node]]:
        yield from self._node.table[name].table.items() if name in self._node.table else ()

    def _made(self, *, valid: bool = True, **tables: Node) -> Person | None:
        """A person of these tables alone; None where they are not `valid`. A placeholder account stands for what is missing."""
        findings = Findings()
        if "account" not in tables:
            tables["account"] = _node({"-": _PLACEHOLDER}, self._node.at)
        node = Node(dict(tables), self._node.at, self._node.key)
        made = make_person(self._node.at.file, Reader(findings, homes()).read(PERSON, node), findings)
        return None if made is None or (valid and findings.has_errors) else made.person


_PLACEHOLDER = {
    "addresses": ["nobody@invalid.example"],
    "imap": {"host": "invalid.example", "user": "nobody", "password": {"env": "NOBODY"}},
}
