"""One message: what is known of it, and why."""

from dataclasses import replace
from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from triaged.page import marks, views
from triaged.page.seen import Seen, looking


@looking
async def item(seen: Seen) -> Response:
    """One message of hers; of another's nothing is said, not even that it is there."""
    found = seen.own(seen.request.path_params["number"])
    if found is None:
        return seen.page("missing.html", 404)
    mail = f"message://%3C{quote(found.message_id.strip('<>'), safe='@')}%3E" if found.message_id else ""
    line = replace(views.message(found, seen.person), mark=marks.of_item(found, marks.until_of(seen.ledger, found)))
    return seen.page("item.html", line=line, mail=mail)


ROUTES: Final = (Route("/item/{number:int}", item),)
