"""In and out: the link that signs a device in, the mail with one, and the button that signs out."""

import random
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.core.settings import Person
from triaged.ids import new_message_id
from triaged.ledger import NewEffect
from triaged.ledger.signedin import DEVICE
from triaged.page.door import TooManyGuesses
from triaged.page.guarded import form_of
from triaged.page.rendering import for_anybody
from triaged.page.seen import COOKIE, Behind, Form, Seen, acting, closed


async def link(request: Request) -> Response:
    """A link is used up by a button, not by whatever looks at it beforehand."""
    return for_anybody(request, "link.html", token=request.path_params["token"])


async def enter(request: Request) -> Response:
    """Sign this device in."""
    behind: Behind = request.app.state.behind
    token = (await form_of(request)).get("link", "")
    try:
        own = behind.door.enter(token, request.headers.get("user-agent", ""))
    except TooManyGuesses:
        return for_anybody(request, "guessed.html", 429)
    if own is None:
        return closed(request)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE,
        own,
        max_age=int(DEVICE.total_seconds()),
        path="/",
        secure=request.headers["origin"].startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


async def ask(request: Request) -> Response:
    """A link for whoever has that address, into her own inbox. What is answered says nothing of who is known."""
    behind: Behind = request.app.state.behind
    address = (await form_of(request)).get("address", "")
    person = behind.person_at(address) if behind.mails_from else None
    if person is not None:
        _owe(behind, person)
    return for_anybody(request, "asked.html")


def _owe(behind: Behind, person: Person) -> None:
    home = person.accounts[0]
    row = next((one for one in behind.ledger.accounts() if one.login == home.login), None)
    if row is None:
        return
    args = {
        "message_id": new_message_id(random.SystemRandom(), home.addresses[0].domain),
        "folder": home.watch[0],
        "flags": [],
        "signs_in_at": behind.mails_from,
    }
    if behind.ledger.ask_for_link(NewEffect("", "append", row.person, behind.now(), row.id, args=args)):
        behind.changed()


@acting()
async def leave(seen: Seen, _: Form) -> Response:
    """Sign this device out."""
    seen.ledger.end_device(seen.key, seen.device.id)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


ROUTES: Final = (
    Route("/in/{token}", link, methods=["GET"]),
    Route("/in", enter, methods=["POST"]),
    Route("/ask", ask, methods=["POST"]),
    Route("/out", leave, methods=["POST"]),
)
