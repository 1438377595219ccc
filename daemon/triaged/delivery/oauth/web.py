"""The few HTTP requests that OAuth needs. Blocking; bounded in time and in octets.

In: an address and a form. Out: status, headers and the JSON object of the answer.
Never: a redirect followed (a token request goes where it is meant to go, or nowhere); a form's content in an error.
"""

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from triaged.core.heard import heard
from triaged.delivery.oauth.errors import NotNow

DEADLINE = 30.0
"""Seconds for a whole request, and half of it for each silence."""

_LONGEST = 256 * 1024
_CHUNK = 8192
_SECRET = 8  # characters: shorter values are words


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said; `body` is empty where it was no JSON object."""

    status: int
    body: Mapping[str, Any]
    retry_after: timedelta | None = None


class Web(Protocol):
    """Asks an endpoint. Raises `NotNow` where no answer came."""

    def __call__(self, url: str, form: str | None = None) -> Answer:
        """POST the form; GET without one."""
        ...


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other that is not what was asked for."""

    def redirect_request(self, *_: Any) -> None:
        return None


def web(trust_ca: Path | None = None, *, deadline: float = DEADLINE) -> Web:
    """A way to ask endpoints; `trust_ca` is trusted beside the system's certificates."""

    def ask(url: str, form: str | None = None) -> Answer:
        host = urlsplit(url).hostname or url
        request = urllib.request.Request(url, None if form is None else form.encode(), _headers(form))  # noqa: S310 — https, or loopback: the configuration is checked
        end = time.monotonic() + deadline
        try:
            opener = _opener(url, trust_ca)
            with opener.open(request, timeout=deadline / 2) as response:
                return _scrubbed(_answer(response, end), form)
        except urllib.error.HTTPError as error:
            with error:
                return _scrubbed(_answer(error, end), form)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # the reason alone: an error of urllib may carry the request
            why = getattr(error, "reason", None) or error
            raise NotNow(f"{host} does not answer: {_short(why)}") from None

    return ask


def _opener(url: str, trust_ca: Path | None) -> urllib.request.OpenerDirector:
    if not url.startswith("https:"):
        return urllib.request.build_opener(_NoRedirect())
    context = ssl.create_default_context()
    if trust_ca is not None:
        context.load_verify_locations(str(trust_ca))
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect())


def _headers(form: str | None) -> dict[str, str]:
    said = {"Accept": "application/json", "User-Agent": "triaged"}
    return said if form is None else said | {"Content-Type": "application/x-www-form-urlencoded"}


def _answer(response: Any, end: float) -> Answer:
    """Read the answer; each piece may take its time, the whole may not."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK) if hasattr(response, "read1") else response.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > _LONGEST or time.monotonic() > end:
            raise TimeoutError("the answer does not end")
    try:
        told = json.loads(b"".join(pieces))
    except (ValueError, RecursionError):
        told = {}
    return Answer(response.status, told if isinstance(told, dict) else {}, _pause(response.headers.get("Retry-After")))


def _scrubbed(answer: Answer, form: str | None) -> Answer:
    """A provider's words without what was sent to it: some repeat the token that they refuse."""
    words = answer.body.get("error_description")
    if form is None or not isinstance(words, str):
        return answer
    for _, value in parse_qsl(form):
        if len(value) >= _SECRET:
            words = words.replace(value, "…")
    return replace(answer, body={**answer.body, "error_description": words})


def _pause(value: str | None) -> timedelta | None:
    """Retry-After (RFC 9110 10.2.3): seconds or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    left = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)
    return max(timedelta(0), min(left, timedelta(days=1)))


def _short(why: object) -> str:
    return heard(str(why)) or type(why).__name__
