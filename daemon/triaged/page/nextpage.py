"""Next time: the smallest rule by which messages like one would be decided otherwise, with what it would have changed. Text to copy."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from triaged.config.tried import own_rules
from triaged.core.smallestrule import Then, smallest_rule
from triaged.ledger.entries import Item
from triaged.page.seen import Seen, looking
from triaged.page.trials import job, outcome
from triaged.rehearse.trial import Trial

_THEN: Final[dict[str, Then]] = {"urgent": "urgent", "wait": "defer", "leave": "leave"}


@looking
async def proposal(seen: Seen) -> Response:
    """A rule for the like of one message, tried over the last month; nothing is written."""
    found, then = seen.own(seen.request.path_params["number"]), seen.request.path_params["then"]
    if found is None or found.client is None or then not in _THEN:
        return seen.page("missing.html", 404)
    names = [one.name for one in seen.person.rules.rules]
    text = smallest_rule([found.sender], found.client, _THEN[then], names)
    place = _place(seen, found, names)
    trial = Trial(text)
    await trial.run({**job(seen, text), "above": place}, seen.behind.turn)
    client = seen.person.roster.by_label(found.client)
    return seen.page(
        "next.html",
        item=found,
        then=then,
        trial=trial,
        outcome=outcome(seen, trial),
        above=place,
        file=seen.person.source.name,
        always=client is not None and client.always is not None and then != "urgent",
    )


def _place(seen: Seen, found: Item, names: Sequence[str]) -> str | None:
    """Above which rule of her file it stands: the one that decided, if there still is one; None: below all, before common ones."""
    own = own_rules(seen.person.source)
    if found.rule in own:
        return found.rule
    return None if found.rule in names else next(iter(own), None)


ROUTES: Final = (Route("/item/{number:int}/next/{then}", proposal),)
