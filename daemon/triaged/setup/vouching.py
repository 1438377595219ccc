"""Who vouches for senders here: by the last mails, whose Authentication-Results a person's own server writes (RFC 8601 5).

In: messages. Out: the authserv-ids that may be proposed, on evidence that no sender can make alone, and what else was seen.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from triaged.core.address import organisation
from triaged.core.authres import MICROSOFT, Field, read_field, refused_id
from triaged.core.message import Message

MAILS, DOMAINS, SHARE = 20, 5, 0.8
"""The least that a proposal rests on: so many mails, from so many domains, in such a share of which the id vouches."""

_KNOWN = (
    "mx.google.com", "gmx.net", "web.de", "mx.zohomail.com", "mx.zohomail.eu",
    "*.messagingengine.com", "*.icloud.com", "*.yahoo.com", "*.aol.com", "*.protonmail.ch",
)  # fmt: skip
"""Under which names servers of large providers write: all of a provider's hosts in one form."""
_METHODS = frozenset({"dmarc", "dkim", "spf"})
_HOST = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_BY = re.compile(rb"\bby[ \t]+(?=[A-Za-z0-9.-]*[A-Za-z])([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


@dataclass(frozen=True, slots=True)
class Vouching:
    """What the last mails tell. `seen`: in how many of them each form vouches for a sender, the most frequent first."""

    mails: int
    domains: int
    seen: Mapping[str, int]

    @property
    def proposed(self) -> tuple[str, ...]:
        """The forms to believe; none without the evidence for it."""
        if self.mails < MAILS or self.domains < DOMAINS:
            return ()
        return tuple(form for form in usable(self.seen) if self.seen[form] >= SHARE * self.mails)

    def __str__(self) -> str:
        """The forms, with how often."""
        return ", ".join(f"{form} ({count})" for form, count in list(self.seen.items())[:4])


def vouching(messages: Sequence[Message]) -> Vouching:
    """Look at the results that my own server can have written."""
    vouched = [{name for name, field in _run(message) if _vouches(field)} for message in messages]
    domains = {organisation(message.author.domain) for message in messages if message.author is not None}
    found = Vouching(len(messages), len(domains), _counted(vouched, _known_form))
    if found.proposed:
        return found
    # only where no host writes for itself: else one name that a sender makes up would widen whom to believe
    forms = together(name for names in vouched for name in names)
    return Vouching(len(messages), len(domains), _counted(vouched, forms.__getitem__))


def _counted(vouched: Sequence[set[str]], form: Callable[[str], str]) -> dict[str, int]:
    counted = Counter(one for names in vouched for one in {form(name) for name in names})
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _run(message: Message) -> Iterator[tuple[str, Field]]:
    """The first unbroken run of Authentication-Results that no Received of a foreign host precedes, with their ids.

    Google and Postfix write theirs below their own Received; iCloud writes several.
    """
    own, begun = "", False
    for name, raw in message.fields:
        if name == "received":
            by = _BY.search(raw)
            host = organisation(by[1].decode().lower()) if by else ""
            own = own or host
            if begun or (host and host != own):
                return
        elif name == "authentication-results" and (field := read_field(raw)) is not None:
            begun = True
            yield field.authserv_id or MICROSOFT, field


def _vouches(field: Field) -> bool:
    return any(result.method in _METHODS for result in field.results)


def _known_form(name: str) -> str:
    return next((pattern for pattern in _KNOWN if fnmatchcase(name, pattern)), name)


def together(names: Iterable[str]) -> dict[str, str]:
    """The form of each id: a large provider's own; `*.domain` where several hosts of a domain write; else itself."""
    forms = {name: _known_form(name) for name in names}
    parents = Counter(form.partition(".")[2] for form in forms.values())
    for name, form in forms.items():
        parent = f"*.{form.partition('.')[2]}"
        if form == name and parents[parent[2:]] > 1 and refused_id(parent) is None:
            forms[name] = parent
    return forms


def usable(forms: Iterable[str]) -> list[str]:
    """Those that name a host, and that not anybody could claim to be."""
    return [
        form
        for form in forms
        if (form == MICROSOFT or _HOST.fullmatch(form.removeprefix("*."))) and refused_id(form) is None
    ]


def line_to_write(forms: Sequence[str]) -> str:
    """The line for the account's table; "" without any."""
    if not forms:
        return ""
    # as JSON's strings and lists are TOML's
    return f"authserv_id = {json.dumps(forms[0] if len(forms) == 1 else list(forms), ensure_ascii=False)}"
