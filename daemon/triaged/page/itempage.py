"""One message: what was asked, what is answered and promised, what was done, and why, in the words of `triaged explain`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from triaged.ledger.entries import Item
from triaged.page import marks, views
from triaged.page.seen import Seen, looking
from triaged.page.shownmoments import Moment
from triaged.rehearse.itemtold import Step, effect_step, moments_of, refusals_of, reply_step, trace_of


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of what was done or is owed."""

    text: str
    at: Moment | None
    remark: str


@looking
async def item(seen: Seen) -> Response:
    """One message of hers; of another's nothing is said, not even that it is there."""
    found = seen.own(seen.request.path_params["number"])
    if found is None:
        return seen.page("missing.html", 404)
    mail = f"message://%3C{quote(found.message_id.strip('<>'), safe='@')}%3E" if found.message_id else ""
    line = replace(views.message(found, seen.person), mark=marks.of_item(found, marks.until_of(seen.ledger, found)))
    return seen.page(
        "item.html",
        line=line,
        mail=mail,
        decided=_decided(seen, found),
        promised=_promised(seen, found),
        replies=await _replies(seen, found),
        happened=_happened(seen, found),
        refusals=[] if seen.ledger.replies_for(found.id) else refusals_of(found),
        trace=trace_of(seen.ledger, found),
    )


def _decided(seen: Seen, found: Item) -> Sequence[tuple[str, str]]:
    """Verdict, rule, reason and the moments, each with its name; what there is none of is left out."""
    words = seen.words
    verdict = words["verdicts"].get(found.verdict, found.verdict) if found.verdict else ""
    rows = [(words["state"], verdict), (words["rule"], found.rule or ""), (words["because"], found.reason or "")]
    names = {"until": words["back_at"], "promise": words["promised_for"]}
    rows += [(names[which], text) for which, text in moments_of(found)]
    return [(name, text) for name, text in rows if text]


def _promised(seen: Seen, found: Item) -> tuple[Moment, str] | None:
    """When an answer was promised, and how that stands; None: nothing is."""
    row = seen.ledger.promise(found.promise) if found.promise is not None else None
    if row is None:
        return None
    return views.hers(row.due_at, seen.person), seen.words["told_states"].get(row.state, row.state)


async def _replies(seen: Seen, found: Item) -> Sequence[views.Line]:
    """Those that have not gone, with their whole text; what went lies in Sent."""
    rows = [row for row in seen.ledger.replies_for(found.id) if row.state in ("waiting", "held")]
    return [views.reply(row, seen.person, await seen.behind.text_of(seen.person, row)) for row in rows]


def _happened(seen: Seen, found: Item) -> Sequence[Happened]:
    steps = [effect_step(one) for one in seen.ledger.effects_for(found.id)]
    steps += [reply_step(one) for one in seen.ledger.replies_for(found.id)]
    return [_shown(seen, step) for step in steps]


def _shown(seen: Seen, step: Step) -> Happened:
    return Happened(step.text, views.hers(step.at, seen.person) if step.at else None, step.remark)


ROUTES: Final = (Route("/item/{number:int}", item),)
