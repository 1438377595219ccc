"""Rules and replies, edited on the page and tried over the last month: with places, progress and differences. Nothing is written."""

import asyncio
from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.config.tried import rules_text
from triaged.page.seen import Form, Seen, acting, looking
from triaged.page.trials import job, outcome
from triaged.rehearse.trial import LONGEST, Trial

_LONGEST_FORM: Final = 3 * LONGEST + 4096
"""Octets: any of a text may be sent as three."""


@looking
async def rules(seen: Seen) -> Response:
    """Her own rules and replies as her file has them, or as they were last tried here."""
    trial = seen.behind.trials.get(seen.device.id)
    own = rules_text(seen.person.source)
    return seen.page(
        "rules.html",
        text=trial.text if trial else own or "",
        readable=own is not None,
        trial=trial,
        waits=trial is not None and not trial.is_over,
        outcome=outcome(seen, trial) if trial else None,
        file=seen.person.source.name,
    )


@acting(_LONGEST_FORM)
async def attempt(seen: Seen, form: Form) -> Response:
    """Begin a trial, in place of this device's last one, or go back to what the file has."""
    trials, number = seen.behind.trials, seen.device.id
    if form.get("act") == "as in the file":
        trials.pop(number, None)
        return RedirectResponse("/rules", 303)
    last = trials.get(number)
    if last is not None and not last.is_over:
        seen.say(seen.words["still_trying"])
        return RedirectResponse("/rules", 303)
    text = form.get("text", "").replace("\r\n", "\n")
    trial = trials[number] = Trial(text)
    if len(text.encode()) > LONGEST:
        trial.trouble = seen.words["too_long"].format(n=LONGEST)
        return RedirectResponse("/rules", 303)
    running = asyncio.create_task(trial.run(job(seen, text), seen.behind.turn))
    seen.behind.running.add(running)
    running.add_done_callback(seen.behind.running.discard)
    return RedirectResponse("/rules", 303)


ROUTES: Final = (Route("/rules", rules), Route("/rules", attempt, methods=["POST"]))
