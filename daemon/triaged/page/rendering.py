"""From a template and what it shows to an answer."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from triaged.report.markup import STYLE

_PAGES = Environment(
    loader=PackageLoader("triaged.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(name: str, status: int = 200, **shown: Any) -> Response:
    return HTMLResponse(_PAGES.get_template(name).render(**shown), status)


@cache
def sheet() -> str:
    """The one stylesheet: the report's, and what the page has beside it."""
    return STYLE + files("triaged.page").joinpath("templates/page.css").read_text("utf-8")
