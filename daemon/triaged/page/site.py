"""All routes, each in the module of what it shows or does, guarded together."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from triaged.core.errors import TriagedError
from triaged.page import acts, entrance, itempage, lists
from triaged.page.guarded import Guarded
from triaged.page.rendering import rendered, sheet
from triaged.page.seen import Behind


def site(behind: Behind, hosts: Sequence[str]) -> ASGIApp:
    """One small site for each person, asked for by these names only."""
    routes = [*entrance.ROUTES, *lists.ROUTES, *itempage.ROUTES, *acts.ROUTES, Route("/style.css", _style)]
    app = Starlette(routes=routes, exception_handlers={TriagedError: _trouble})
    app.state.behind = behind
    return Guarded(app, hosts)


async def _trouble(_: Request, error: Exception) -> Response:
    """The ledger does not answer: nothing was done."""
    return rendered("trouble.html", 503, error=str(error))


async def _style(_: Request) -> Response:
    return Response(sheet(), media_type="text/css")
