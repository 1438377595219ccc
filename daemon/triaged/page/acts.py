"""To do: each act is one conditional update of the ledger, and tells what came of it on the page that follows."""

from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.core.calls import Schedule
from triaged.core.settings import Mode
from triaged.core.untilwords import NoTime, until
from triaged.ledger.entries import NotDone
from triaged.ledger.settling import Snooze
from triaged.page import views
from triaged.page.seen import Form, Seen, acting


@acting()
async def act(seen: Seen, form: Form) -> Response:
    """Do what a form asks for, if it still can be done; what came of it stands on the page that follows."""
    seen.say(_done(seen, form))
    seen.behind.changed()
    return RedirectResponse("/aside" if form.get("then") == "aside" else "/", 303)


def _done(seen: Seen, form: Form) -> str:
    number = int(form["number"]) if form.get("number", "").isdecimal() and len(form["number"]) < 16 else 0  # noqa: PLR2004
    match form.get("act"):
        case "do not send":
            return _cancel(seen, number)
        case "settled":
            return _settle(seen, number)
        case "until":
            return _snooze(seen, number, form.get("words", ""))
    return "Nothing was done: this page does not know that act."


def _cancel(seen: Seen, number: int) -> str:
    reply = seen.ledger.reply(number)
    if reply is None or reply.person != seen.key:
        return "Nothing was done: there is no such reply."
    done = seen.ledger.cancel_by_hand(number, seen.now, "page")
    if isinstance(done, NotDone):
        return f"Nothing was done: {done.why}."
    return f"Reply {done.id} to {done.rcpt} will not be sent."


def _settle(seen: Seen, number: int) -> str:
    item = seen.own(number)
    if item is None:
        return "Nothing was done: there is no such message."
    (done,) = seen.ledger.settle([item.id], seen.now, "page")
    if isinstance(done, NotDone):
        return f"Nothing was done: {done.why}."
    return f"“{item.subject or 'no subject'}” is settled: nothing comes back, no reply goes."


def _snooze(seen: Seen, number: int, words: str) -> str:
    item, person = seen.own(number), seen.person
    if item is None:
        return "Nothing was done: there is no such message."
    client = person.roster.by_label(item.client) if item.client else None
    if item.state != "aside" and seen.mode(item) is Mode.OBSERVE:
        return "Nothing was done: this message is only observed."
    schedule = person.schedule(client) if client is not None else Schedule(person.worktime)
    try:
        at = until(words, seen.now, schedule, person.language)
    except NoTime as wrong:
        return f"Nothing was done: {wrong}."
    promised = person.worktime.last_hour(person.worktime.date_of(at))
    done = seen.ledger.snooze(item.id, Snooze(at, seen.now, "page", promised))
    if isinstance(done, NotDone):
        return f"Nothing was done: {done.why}."
    return f"“{done.subject or 'no subject'}” comes back {views.moment(at, person.worktime.zone).text}."


ROUTES: Final = (Route("/act", act, methods=["POST"]),)
