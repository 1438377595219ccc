"""All routes, each in the module of what it shows or does, guarded together."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from triaged.core.errors import TriagedError
from triaged.page import acts, clientpages, entrance, itempage, lists, morepage, nextpage, rulespage
from triaged.page.guarded import Guarded
from triaged.page.rendering import for_anybody, sheet
from triaged.page.seen import Behind
from triaged.page.server import Where


def site(behind: Behind, where: Where) -> ASGIApp:
    """One small site for each person, asked for where it is served only."""
    routes = [
        *entrance.ROUTES,
        *lists.ROUTES,
        *clientpages.ROUTES,
        *morepage.ROUTES,
        *itempage.ROUTES,
        *nextpage.ROUTES,
        *rulespage.ROUTES,
        *acts.ROUTES,
        Route("/style.css", _style),
    ]
    app = Starlette(routes=routes, exception_handlers={TriagedError: _trouble, 404: _nowhere})
    app.state.behind = behind
    return Guarded(app, where)


async def _trouble(request: Request, error: Exception) -> Response:
    """The ledger does not answer: nothing was done."""
    return for_anybody(request, "trouble.html", 503, error=str(error))


async def _nowhere(request: Request, _: Exception) -> Response:
    """No route of ours: whoever asks."""
    return for_anybody(request, "nowhere.html", 404)


async def _style(_: Request) -> Response:
    return Response(sheet(), media_type="text/css")
