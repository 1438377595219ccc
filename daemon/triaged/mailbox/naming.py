"""How a server joins names, and which folders are whose.

In: names as people write them ("/" between levels), what NAMESPACE said. Out: names as the server has them. Pure.
Never: a path joined with a delimiter that the server did not name; INBOX compared by case.
"""

from dataclasses import dataclass, field

from triaged.mailbox.fetched import FolderInfo


@dataclass(frozen=True, slots=True)
class Naming:
    """How this server joins names."""

    delimiter: str  # "" where there is no hierarchy
    prefix: str  # of the personal namespace, with its delimiter at the end: "INBOX." or ""
    foreign: tuple[str, ...] = field(
        default=(), compare=False
    )  # prefixes of what belongs to others (RFC 2342: other users', shared)

    def as_written(self, name: str) -> str:
        """A configured name with "/" between levels, as the server writes it: "Clients/Deferred" -> "INBOX.Clients.Deferred"."""
        if name.upper() == "INBOX":
            return "INBOX"
        joined = self.joined(name)
        if not self.prefix or joined.startswith(self.prefix) or joined + self.delimiter == self.prefix:
            return joined
        return self.prefix + joined

    def joined(self, name: str) -> str:
        """The name with the server's delimiter for "/", and the inbox at its head in capitals (RFC 3501 5.1)."""
        name = "INBOX/" + name[6:] if name[:6].upper() == "INBOX/" else name
        return name.replace("/", self.delimiter) if self.delimiter not in ("", "/") else name

    def candidates(self, name: str) -> tuple[str, ...]:
        """What a configured name may be called here, the likeliest first."""
        joined, inbox = self.joined(name), f"INBOX{self.delimiter}"
        found = [name, joined, self.as_written(name)]
        if self.delimiter and joined.startswith(inbox):
            found.append(
                joined.removeprefix(inbox)
            )  # as it is written for a server that has everything below the inbox
        elif self.delimiter:
            found.append(inbox + joined)  # one that has, and does not say so
        return tuple(dict.fromkeys(found))

    def is_mine(self, info: FolderInfo) -> bool:
        """Whether a folder is in the personal namespace."""
        return not any(info.name.startswith(prefix) for prefix in self.foreign)

    def is_top(self, info: FolderInfo) -> bool:
        """Whether it lies at the top, or directly in the inbox (Courier)."""
        parent = _parent(info)
        return parent.upper() in ("", "INBOX") or parent + info.delimiter == self.prefix


def _parent(info: FolderInfo) -> str:
    return info.name.rpartition(info.delimiter)[0] if info.delimiter else ""
