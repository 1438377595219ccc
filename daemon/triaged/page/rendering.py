"""From a template and what it shows to an answer."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from triaged.page.pagetexts import asked_for, language_of, texts
from triaged.report.markup import STYLE

_PAGES = Environment(
    loader=PackageLoader("triaged.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(name: str, language: str, status: int = 200, **shown: Any) -> Response:
    """A page in a language; `w` are its words."""
    page = _PAGES.get_template(name).render(w=texts(language), language=language_of(language), **shown)
    return HTMLResponse(page, status)


def for_anybody(request: Request, name: str, status: int = 200, **shown: Any) -> Response:
    """A page for whoever is not signed in."""
    return rendered(name, asked_for(request.headers.get("accept-language", "")), status, **shown)


@cache
def sheet() -> str:
    """The one stylesheet: the report's, and what the page has beside it."""
    return STYLE + files("triaged.page").joinpath("templates/page.css").read_text("utf-8")
