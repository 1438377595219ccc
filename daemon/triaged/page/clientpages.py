"""Each client: what stands on the roster, the next calls and what waits for them, passes, the last month, what was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from triaged.core.clients import Client
from triaged.ledger import Period
from triaged.page import views
from triaged.page.seen import Seen, looking
from triaged.page.shownmoments import Moment
from triaged.report.reportwords import words_of
from triaged.report.summary import remembered, tell
from triaged.report.tables import glance

MONTH: Final = timedelta(days=30)
_CALLS: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One client in the list."""

    label: str
    name: str
    call: Moment | None
    waits: int
    passes: str


@looking
async def clients(seen: Seen) -> Response:
    """All of them, with what is next."""
    aside = [row.item.client for row in seen.ledger.deferred(seen.key)]
    passes = _passes(seen)
    shown = [
        Shown(one.label, one.name, _next(seen, one), aside.count(one.label), passes.get(one.label, ""))
        for one in seen.person.roster.clients
    ]
    return seen.page("clients.html", clients=shown)


@looking
async def client(seen: Seen) -> Response:
    """One client of hers; another's is not there."""
    found = seen.person.roster.by_label(seen.request.path_params["label"])
    if found is None:
        return seen.page("missing.html", 404)
    waits = [row for row in seen.ledger.deferred(seen.key) if row.item.client == found.label]
    since, person = seen.now - MONTH, seen.person
    past = remembered(seen.ledger, Period(since, seen.now, found.label, seen.key))
    report = tell(past, person, seen.now)
    told = [
        (views.hers(one.told_at, person), views.hers(one.due_at, person), seen.words["told_states"][one.state])
        for one in past.promises
        if one.told_at is not None
    ]
    return seen.page(
        "client.html",
        client=found,
        entries=[glob.text for glob in found.patterns],
        calls=_calls(seen, found),
        passes=_passes(seen).get(found.label, ""),
        waits=[views.message(row.item, person, row.until) for row in waits],
        figures=glance(report.whole.figures, words_of(person.language)) if report.arrivals else (),
        told=told,
    )


def _next(seen: Seen, one: Client) -> Moment | None:
    return next(iter(_calls(seen, one)), None)


def _calls(seen: Seen, one: Client) -> Sequence[Moment]:
    ahead = islice(seen.person.schedule(one).occurrences(seen.now), _CALLS)
    return [views.hers(call.start, seen.person) for call in ahead]


def _passes(seen: Seen) -> dict[str, str]:
    """By client, as `triaged status` counts them."""
    return {one["client"]: _left(seen, one) for one in seen.behind.status_of(seen.person)["passes"]}


def _left(seen: Seen, one: dict[str, Any]) -> str:
    left = seen.words["passes_left"].format(left=one["left"], total=one["total"])
    return f"{left} {seen.words['periods'][one['period']]}"


ROUTES: Final = (Route("/clients", clients), Route("/client/{label}", client))
