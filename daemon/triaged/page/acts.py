"""To do: each act is one conditional update of the ledger, and tells what came of it on the page that follows."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.page import dayacts, itemacts, replyacts
from triaged.page.seen import Form, Seen, Told, acting, nothing

_BACK_TO: Final = {"aside": "/aside", "today": "/"}
_OURS: Final = re.compile(r"/([a-z]+(/[0-9]{1,15})?)?")


@acting()
async def act(seen: Seen, form: Form) -> Response:
    """Do what a form asks for, if it still can be done; what came of it stands on the page that follows."""
    seen.say(_done(seen, form))
    seen.behind.changed()
    then = _BACK_TO.get(form.get("then", ""), form.get("then", ""))
    return RedirectResponse(then if _OURS.fullmatch(then) else "/", 303)


def _done(seen: Seen, form: Form) -> Told:
    act, last = form.get("act", ""), seen.behind.undo.pop(seen.device.id, None)
    if act == "undo":
        if last is None or last.undo is None or last.name != form.get("as"):
            return nothing("only what was done last, and here, can be taken back")
        return last.undo(seen)
    if act not in _ACTS:
        return nothing("this page does not know that act")
    return _ACTS[act](seen, form)


_ACTS: Final[Mapping[str, Callable[[Seen, Form], Told]]] = {**itemacts.ACTS, **replyacts.ACTS, **dayacts.ACTS}

ROUTES: Final = (Route("/act", act, methods=["POST"]),)
