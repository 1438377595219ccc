"""To look at: Today and Aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from triaged.page import views
from triaged.page.seen import Seen, looking
from triaged.page.shownmoments import Moment

_MOST_WRITTEN: Final = 20
"""Waiting replies whose text is written out on one page: each costs as much as all else."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of Today: by its name in the words, which also have what is said where it is empty."""

    name: str
    lines: Sequence[views.Line]
    more: str = ""  # beside the title
    at: Moment | None = None
    is_open: bool = False


@looking
async def today(seen: Seen) -> Response:
    """What she looks at in the morning, collapsed so that it is seen at one look."""
    ledger, person, now = seen.ledger, seen.person, seen.now
    back = ledger.returned_since(seen.key, now - timedelta(days=1))
    sections = [
        Section("urgent", [views.message(one, person) for one in ledger.urgent_open(seen.key)], is_open=True),
        _call(seen),
        Section("promised", views.due_today(ledger.promises_open(seen.key), person, now)),
        Section("going", await _going(seen)),
        Section("back", [views.message(item, person, at) for at, item in back]),
    ]
    state = views.state(seen.behind.status_of(person), person)
    return seen.page("today.html", state=state, sections=sections, now=views.hers(now, person))


def _call(seen: Seen) -> Section:
    found = views.next_call(seen.person, seen.ledger.deferred(seen.key), seen.now)
    if found is None:
        return Section("call", [])
    call, points = found
    return Section("call", points, more=call.title, at=call.at)


async def _going(seen: Seen) -> Sequence[views.Line]:
    lines = []
    for number, row in enumerate(seen.ledger.queue(seen.key)):
        written = number < _MOST_WRITTEN and row.state in ("waiting", "held")
        text = await seen.behind.text_of(seen.person, row) if written else ""
        lines.append(views.reply(row, seen.person, text))
    return lines


@looking
async def aside(seen: Seen) -> Response:
    """What is put aside, by the day on which it comes back."""
    return seen.page("aside.html", days=views.by_day(seen.ledger.deferred(seen.key), seen.person))


ROUTES: Final = (Route("/", today), Route("/aside", aside))
