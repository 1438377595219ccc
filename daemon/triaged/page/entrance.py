"""In and out: the link that signs a device in, and the button that signs it out."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.ledger.signedin import DEVICE
from triaged.page.door import TooManyGuesses
from triaged.page.guarded import form_of
from triaged.page.rendering import rendered
from triaged.page.seen import COOKIE, Behind, Form, Seen, acting


async def link(request: Request) -> Response:
    """A link is used up by a button, not by whatever looks at it beforehand."""
    return rendered("link.html", token=request.path_params["token"])


async def enter(request: Request) -> Response:
    """Sign this device in."""
    behind: Behind = request.app.state.behind
    token = (await form_of(request)).get("link", "")
    try:
        own = behind.door.enter(token, request.headers.get("user-agent", ""))
    except TooManyGuesses:
        return rendered("guessed.html", 429)
    if own is None:
        return rendered("closed.html", 403)
    answer = RedirectResponse("/", 303)
    age = int(DEVICE.total_seconds())
    answer.set_cookie(COOKIE, own, max_age=age, path="/", httponly=True, samesite="strict")
    return answer


@acting()
async def leave(seen: Seen, _: Form) -> Response:
    """Sign this device out."""
    seen.ledger.end_device(seen.key, seen.device.id)
    answer = rendered("closed.html")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


ROUTES: Final = (
    Route("/in/{token}", link, methods=["GET"]),
    Route("/in", enter, methods=["POST"]),
    Route("/out", leave, methods=["POST"]),
)
