"""What holds for every answer: who may ask by which name, how much may be sent, and what a browser must not do with it."""

from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from triaged.page.server import Where

LONGEST_FORM: Final = 4096
"""Octets of a form where its route says nothing else."""
_MOST_FIELDS: Final = 32
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser names no Origin in a form that it sends
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guarded:
    """Around the site: a foreign Host or Origin gets nowhere, and every answer has the headers."""

    def __init__(self, app: ASGIApp, where: Where) -> None:
        self._app = app
        self._names, self._origins = where.names, where.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal:
            await PlainTextResponse(refusal + "\n", 403)(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> str:
        """Why not; "": go on. A browser names the Origin of every POST."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].casefold() not in self._names:
            return "this page is not asked for by that name"
        if method in ("GET", "HEAD"):
            return ""
        origins = headers.getlist("origin")
        if len(origins) != 1 or origins[0] not in self._origins:
            return "this was not sent from a page of ours"
        return ""


async def form_of(request: Request, longest: int = LONGEST_FORM) -> dict[str, str]:
    """The fields of a form; nothing where it is none, or longer than this route's are."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > longest:
            return {}
    if body.count(b"&") >= _MOST_FIELDS:
        return {}
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
