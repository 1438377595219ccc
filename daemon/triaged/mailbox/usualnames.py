"""Special uses of folders by the names that mail programs give them, where the server tells none. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from triaged.mailbox.fetched import FolderInfo, Role
from triaged.mailbox.naming import Naming
from triaged.words import LEXICON

_NAMED: tuple[Role, ...] = ("sent", "drafts", "trash", "junk", "archive")
"""Roles that a usual name tells where the server does not (RFC 6154 is optional)."""


def with_usual_names(infos: list[FolderInfo], how: Naming) -> list[FolderInfo]:
    """Roles by the names that mail programs give, for the folders of which the server says nothing.

    Also beside one that it tells of: a program files into its own "Sent Items" whatever the server calls Sent.
    """
    mine = [info if how.is_mine(info) else replace(info, role=None, told=False) for info in infos]
    return [replace(info, role=_by_name(info, how)) if info.role is None and info.selectable else info for info in mine]


def _by_name(info: FolderInfo, how: Naming) -> Role | None:
    if not how.is_mine(info) or not how.is_top(info):  # "Clients/Sent" is the person's own
        return None
    return next((role for role in _NAMED if _last(info) in _usual(role)), None)


@cache
def _usual(role: Role) -> Mapping[str, int]:
    """The usual names of a role in all languages, in their plainest form, and their rank."""
    names = LEXICON.everywhere("folders", role)
    return {_plain(name): rank for rank, name in reversed(list(enumerate(names)))}


def _last(info: FolderInfo) -> str:
    return _plain(info.name.rpartition(info.delimiter)[2] if info.delimiter else info.name)


def _plain(name: str) -> str:
    """A name without what programs write differently: capitals, accents (composed or not), hyphens, apostrophes, blanks."""
    letters = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold()
    return " ".join(re.sub(r"[-_]", " ", "".join(one for one in letters if not unicodedata.combining(one))).split())


def by_role(infos: Sequence[FolderInfo], role: Role) -> list[str]:
    """The folders with that use: those of the server's word first, then by their usual names."""
    found = [info for info in infos if info.role == role and info.selectable]
    return [info.name for info in sorted(found, key=lambda info: (not info.told, _usual(role).get(_last(info), 0)))]
