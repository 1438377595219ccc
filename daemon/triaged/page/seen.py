"""One request of a device that is signed in: whose it is, what a route may use, and the form that it has sent."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from secrets import compare_digest
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from triaged.core.settings import Mode, Person
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, ReplyRow
from triaged.ledger.signedin import Device
from triaged.page.door import Door, form_token
from triaged.page.guarded import LONGEST_FORM, form_of
from triaged.page.pagetexts import Texts, texts
from triaged.page.rendering import for_anybody, rendered
from triaged.rehearse.trial import Trial

COOKIE: Final = "triaged"
_SET: Final = frozenset({"act", "number", "then", "as"})
"""Fields that a page has filled in itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an act came to; `undo` takes it back, or says why that cannot be any more."""

    text: str
    undo: "Callable[[Seen], Told] | None" = None
    name: str = field(default_factory=lambda: secrets.token_hex(8))


def nothing(why: str) -> Told:
    """An act that has changed nothing."""
    return Told(f"Nothing was done: {why}.")


@dataclass(frozen=True, slots=True)
class Behind:
    """What the site stands on. All of it is asked in the page's own thread."""

    door: Door
    ledger: Ledger  # a connection of its own
    now: Callable[[], datetime]
    person_of: Callable[[str], Person | None]  # by a login of hers, as she is now
    person_at: Callable[[str], Person | None]  # by an address of hers
    status_of: Callable[[Person], Mapping[str, Any]]  # how she stands, as `triaged status` tells it
    text_of: Callable[[Person, ReplyRow], Awaitable[str]]  # a reply that waits, as it would go now
    changed: Callable[[], None]  # tells the daemon that the ledger has changed
    config: Path = field(default_factory=Path)  # the configuration: a file or a folder
    mails_from: str = ""  # scheme and name of the page in mails; "": no mail has a link
    said: "dict[int, Told]" = field(default_factory=dict)  # by device: what its last act came to, told once
    undo: "dict[int, Told]" = field(default_factory=dict)  # by device: its last act, as long as it may be taken back
    trials: dict[int, Trial] = field(default_factory=dict)  # by device: what it has tried last
    running: set[asyncio.Task[None]] = field(default_factory=set)  # those under way
    turn: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, 1))  # one tries at a time


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of a device that is signed in: whose, and her key in the ledger."""

    behind: Behind
    request: Request
    device: Device
    person: Person
    key: str
    now: datetime

    @property
    def ledger(self) -> Ledger:
        """The page's own connection."""
        return self.behind.ledger

    @property
    def words(self) -> Texts:
        """Those of the page, in her language."""
        return texts(self.person.language)

    @property
    def token(self) -> str:
        """What every form of this device's pages holds."""
        return form_token(self.request.cookies[COOKIE])

    def say(self, told: "Told | str") -> None:
        """Told on the page that is shown next."""
        told = Told(told) if isinstance(told, str) else told
        self.behind.said[self.device.id] = told
        if told.undo is not None:
            self.behind.undo[self.device.id] = told

    def own(self, number: int) -> Item | None:
        """A message of hers by its number; None: there is none, or it is another's."""
        item = self.ledger.item(number) if number.bit_length() < 64 else None  # noqa: PLR2004 — what SQLite can hold
        return item if item is not None and item.person == self.key else None

    def mode(self, item: Item) -> Mode:
        """How far triaged goes with this message."""
        client = self.person.roster.by_label(item.client) if item.client else None
        login = next((row.login for row in self.ledger.accounts() if row.id == item.account), "")
        account = next((one for one in self.person.accounts if one.login == login), None)
        return account.mode_with(client) if account else Mode.OBSERVE

    def page(self, name: str, status: int = 200, **shown: Any) -> Response:
        """A page of hers; what her last act came to is told on it, once."""
        said = self.behind.said.pop(self.device.id, None)
        given = {"who": self.person.name, "token": self.token, "said": said, "path": self.request.url.path}
        return rendered(name, self.person.language, status, **given, **shown)


Form = Mapping[str, str]
Endpoint = Callable[[Request], Awaitable[Response]]


def looking(show: Callable[[Seen], Awaitable[Response]]) -> Endpoint:
    """A route that shows something: only for a device that is signed in."""

    @wraps(show)
    async def answer(request: Request) -> Response:
        seen = _seen(request)
        return await show(seen) if seen else closed(request)

    return answer


def acting(
    longest: int = LONGEST_FORM,
) -> Callable[[Callable[[Seen, Form], Awaitable[Response]]], Endpoint]:
    """A route that does something: besides, only with the token of the device's pages. `longest`: octets of its form.

    What was typed is not lost where it cannot be taken: the page that says so has it in a form.
    """

    def of(act: Callable[[Seen, Form], Awaitable[Response]]) -> Endpoint:
        @wraps(act)
        async def answer(request: Request) -> Response:
            seen, form = _seen(request), await form_of(request, longest)
            if seen is None:
                return closed(request, form)
            if not compare_digest(form.get("token", "").encode(), seen.token.encode()):
                return seen.page("stale.html", 403, kept=_kept(form))
            return await act(seen, form)

        return answer

    return of


def closed(request: Request, form: Form = MappingProxyType({})) -> Response:
    """The page for whoever is not signed in; what was typed stays in it."""
    behind: Behind = request.app.state.behind
    shown = {"kept": _kept(form), "path": request.url.path, "asks": bool(behind.mails_from)}
    return for_anybody(request, "closed.html", 403, **shown)


def _kept(form: Form) -> Sequence[tuple[str, str, bool]]:
    """The fields of a form but its token: name, value, whether a person has typed it."""
    return [(name, value, name not in _SET) for name, value in form.items() if name not in ("token", "link")]


def _seen(request: Request) -> Seen | None:
    """Whose request it is; None: nobody's who is signed in, or she is not configured any more."""
    behind: Behind = request.app.state.behind
    device = behind.door.device(request.cookies.get(COOKIE, ""))
    if device is None:
        return None
    logins = [row.login for row in behind.ledger.accounts() if row.person == device.person]
    person = next(filter(None, map(behind.person_of, logins)), None)
    return Seen(behind, request, device, person, device.person, behind.now()) if person else None
