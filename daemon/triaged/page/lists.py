"""To look at: Today and Aside."""

from datetime import timedelta
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from triaged.page import views
from triaged.page.seen import Seen, looking


@looking
async def today(seen: Seen) -> Response:
    """What she looks at in the morning."""
    ledger, person, now = seen.ledger, seen.person, seen.now
    call = views.next_call(person, ledger.deferred(seen.key), now)
    back = ledger.returned_since(seen.key, now - timedelta(days=1))
    return seen.page(
        "today.html",
        state=[f"{one.label}: {seen.behind.state_of(one.login)}" for one in person.accounts],
        paused=seen.key in ledger.pauses(),
        urgent=[views.message(item, person) for item in ledger.urgent_open(seen.key)],
        call=call,
        promised=views.due_today(ledger.promises_open(seen.key), person, now),
        going=[views.reply(row, person) for row in ledger.queue(seen.key)],
        back=[views.message(item, person, at) for at, item in back],
    )


@looking
async def aside(seen: Seen) -> Response:
    """What is put aside, by the day on which it comes back."""
    return seen.page("aside.html", days=views.by_day(seen.ledger.deferred(seen.key), seen.person))


ROUTES: Final = (Route("/", today), Route("/aside", aside))
