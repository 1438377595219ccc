"""The routes: one person's Today and Aside, what each item is, and the acts, each by one conditional update of the ledger."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from secrets import compare_digest
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from triaged.core.calls import Schedule
from triaged.core.errors import TriagedError
from triaged.core.settings import Mode, Person
from triaged.core.untilwords import NoTime, until
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, NotDone
from triaged.ledger.settling import Snooze
from triaged.page import views
from triaged.page.door import DEVICE, Device, Door
from triaged.page.guarded import Guarded, form_of
from triaged.report.markup import STYLE

COOKIE: Final = "triaged"
_SHEET: Final = (
    STYLE
    + """
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: 0; }
nav a, button, input, summary { min-height: 44px; min-width: 44px; font: inherit; color: inherit; }
nav a { display: inline-flex; align-items: center; }
nav a[aria-current] { font-weight: 600; }
button, input { padding: .4rem .8rem; border: 1px solid var(--faint); border-radius: .4rem; background: var(--paper); max-width: 100%; }
summary { display: flex; align-items: center; cursor: pointer; }
.lines { list-style: none; padding: 0; }
.lines > li { border-bottom: 1px solid var(--line); padding: .5rem 0; }
.acts, .acts form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.said { border: 2px solid var(--mark); border-radius: .4rem; padding: .5rem .8rem; }
p, li, h1, h2, h3 { overflow-wrap: anywhere; }
.excerpt { white-space: pre-line; }
@media print { nav, .acts, footer { display: none; } }
"""
)
_PAGES = Environment(
    loader=PackageLoader("triaged.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Behind:
    """What the site stands on. All of it is asked in the page's own thread."""

    door: Door
    ledger: Ledger  # a connection of its own
    now: Callable[[], datetime]
    person_of: Callable[[str], Person | None]  # by a login of hers, as she is now
    state_of: Callable[[str], str]  # how the account with this login is, in words
    changed: Callable[[], None]  # tells the daemon that the ledger has changed


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of a device that is signed in: whose, and her key in the ledger."""

    request: Request
    device: Device
    person: Person
    key: str
    now: datetime


Answering = Callable[["Site", Seen], Awaitable[Response]]


def _signed_in(answering: Answering) -> Callable[["Site", Request], Awaitable[Response]]:
    """Only for a device that is signed in; a POST only with the token of its pages."""

    @wraps(answering)
    async def answer(site: "Site", request: Request) -> Response:
        device = site.behind.door.device(request.cookies.get(COOKIE, ""))
        seen = site.seen(request, device) if device else None
        return await answering(site, seen) if seen else _page("closed.html", 403)

    return answer


class Site:
    """One small site for each person."""

    def __init__(self, behind: Behind) -> None:
        self.behind = behind

    def app(self, hosts: Sequence[str]) -> ASGIApp:
        """All routes, guarded; asked for by these names only."""
        routes = [
            Route("/", self.today),
            Route("/aside", self.aside),
            Route("/item/{number:int}", self.item),
            Route("/in/{token}", self.link, methods=["GET"]),
            Route("/in", self.enter, methods=["POST"]),
            Route("/out", self.leave, methods=["POST"]),
            Route("/act", self.act, methods=["POST"]),
            Route("/style.css", self.style),
        ]
        return Guarded(Starlette(routes=routes, exception_handlers={TriagedError: self.trouble}), hosts)

    def seen(self, request: Request, device: Device) -> Seen | None:
        """Whose page it is; None: she is not configured any more."""
        person = self.behind.person_of(device.login)
        key = next((row.person for row in self.behind.ledger.accounts() if row.login == device.login), None)
        return Seen(request, device, person, key, self.behind.now()) if person and key else None

    # --- in and out -----------------------------------------------------------------------------------------------

    async def trouble(self, _: Request, error: Exception) -> Response:
        """The ledger does not answer: nothing was done."""
        return _page("trouble.html", 503, error=str(error))

    async def style(self, _: Request) -> Response:
        return Response(_SHEET, media_type="text/css")

    async def link(self, request: Request) -> Response:
        """A link is used up by a button, not by whatever looks at it beforehand."""
        return _page("link.html", token=request.path_params["token"])

    async def enter(self, request: Request) -> Response:
        """Sign this device in."""
        own = self.behind.door.enter((await form_of(request)).get("link", ""))
        if own is None:
            return _page("closed.html", 403)
        answer = RedirectResponse("/", 303)
        age = int(DEVICE.total_seconds())
        answer.set_cookie(COOKIE, own, max_age=age, path="/", httponly=True, samesite="strict")
        return answer

    @_signed_in
    async def leave(self, seen: Seen) -> Response:
        """Sign this device out."""
        if not _is_of(seen.device, await form_of(seen.request)):
            return _page("stale.html", 403)
        self.behind.door.leave(seen.request.cookies[COOKIE])
        answer = _page("closed.html")
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    # --- to look at -----------------------------------------------------------------------------------------------

    @_signed_in
    async def today(self, seen: Seen) -> Response:
        """What she looks at in the morning."""
        ledger, person, now = self.behind.ledger, seen.person, seen.now
        call = views.next_call(person, ledger.deferred(seen.key), now)
        back = ledger.returned_since(seen.key, now - timedelta(days=1))
        return self._page(
            seen,
            "today.html",
            state=[f"{one.label}: {self.behind.state_of(one.login)}" for one in person.accounts],
            paused=seen.key in ledger.pauses(),
            urgent=[views.message(item, person) for item in ledger.urgent_open(seen.key)],
            call=call,
            promised=views.due_today(ledger.promises_open(seen.key), person, now),
            going=[views.reply(row, person) for row in ledger.queue(seen.key)],
            back=[views.message(item, person, at) for at, item in back],
        )

    @_signed_in
    async def aside(self, seen: Seen) -> Response:
        """What is put aside, by the day on which it comes back."""
        return self._page(seen, "aside.html", days=views.by_day(self.behind.ledger.deferred(seen.key), seen.person))

    @_signed_in
    async def item(self, seen: Seen) -> Response:
        """One message of hers; of another's nothing is said, not even that it is there."""
        item = self._own(seen, seen.request.path_params["number"])
        if item is None:
            return self._page(seen, "missing.html", 404)
        mail = f"message://%3C{quote(item.message_id.strip('<>'), safe='@')}%3E" if item.message_id else ""
        return self._page(
            seen, "item.html", line=views.message(item, seen.person), mail=mail, aside=item.state == "aside"
        )

    # --- to do ----------------------------------------------------------------------------------------------------

    @_signed_in
    async def act(self, seen: Seen) -> Response:
        """Do what a form asks for, if it still can be done; what came of it stands on the page that follows."""
        form = await form_of(seen.request)
        if not _is_of(seen.device, form):
            return _page("stale.html", 403)
        seen.device.said = self._done(seen, form)
        self.behind.changed()
        return RedirectResponse("/aside" if form.get("then") == "aside" else "/", 303)

    def _done(self, seen: Seen, form: dict[str, str]) -> str:
        number = int(form["number"]) if form.get("number", "").isdecimal() and len(form["number"]) < 16 else 0  # noqa: PLR2004
        match form.get("act"):
            case "do not send":
                return self._cancel(seen, number)
            case "settled":
                return self._settle(seen, number)
            case "until":
                return self._snooze(seen, number, form.get("words", ""))
        return "Nothing was done: this page does not know that act."

    def _cancel(self, seen: Seen, number: int) -> str:
        reply = self.behind.ledger.reply(number)
        if reply is None or reply.person != seen.key:
            return "Nothing was done: there is no such reply."
        done = self.behind.ledger.cancel_by_hand(number, seen.now, "page")
        if isinstance(done, NotDone):
            return f"Nothing was done: {done.why}."
        return f"Reply {done.id} to {done.rcpt} will not be sent."

    def _settle(self, seen: Seen, number: int) -> str:
        item = self._own(seen, number)
        if item is None:
            return "Nothing was done: there is no such message."
        (done,) = self.behind.ledger.settle([item.id], seen.now, "page")
        if isinstance(done, NotDone):
            return f"Nothing was done: {done.why}."
        return f"“{item.subject or 'no subject'}” is settled: nothing comes back, no reply goes."

    def _snooze(self, seen: Seen, number: int, words: str) -> str:
        item, person = self._own(seen, number), seen.person
        if item is None:
            return "Nothing was done: there is no such message."
        client = person.roster.by_label(item.client) if item.client else None
        if item.state != "aside" and self._mode(seen, item) is Mode.OBSERVE:
            return "Nothing was done: this message is only observed."
        schedule = person.schedule(client) if client is not None else Schedule(person.worktime)
        try:
            at = until(words, seen.now, schedule, person.language)
        except NoTime as wrong:
            return f"Nothing was done: {wrong}."
        promised = person.worktime.last_hour(person.worktime.date_of(at))
        done = self.behind.ledger.snooze(item.id, Snooze(at, seen.now, "page", promised))
        if isinstance(done, NotDone):
            return f"Nothing was done: {done.why}."
        return f"“{done.subject or 'no subject'}” comes back {views.moment(at, person.worktime.zone).text}."

    def _mode(self, seen: Seen, item: Item) -> Mode:
        client = seen.person.roster.by_label(item.client) if item.client else None
        login = next((row.login for row in self.behind.ledger.accounts() if row.id == item.account), "")
        account = next((one for one in seen.person.accounts if one.login == login), None)
        return account.mode_with(client) if account else Mode.OBSERVE

    def _own(self, seen: Seen, number: int) -> Item | None:
        item = self.behind.ledger.item(number) if number.bit_length() < 64 else None  # noqa: PLR2004 — what SQLite can hold
        return item if item is not None and item.person == seen.key else None

    def _page(self, seen: Seen, name: str, status: int = 200, **shown: Any) -> Response:
        said, seen.device.said = seen.device.said, ""
        given = {"who": seen.person.name, "token": seen.device.token, "said": said, "path": seen.request.url.path}
        return _page(name, status, **given, **shown)


def _is_of(device: Device, form: Mapping[str, str]) -> bool:
    """Whether a form is from a page that this device was shown."""
    return compare_digest(form.get("token", "").encode(), device.token.encode())


def _page(name: str, status: int = 200, **shown: Any) -> Response:
    return HTMLResponse(_PAGES.get_template(name).render(**shown), status)
