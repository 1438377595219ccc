"""Telling that somebody is left out, and remembering what is in force of those who are not.

In: absences. Out: an event each, one push a channel and reason, and the file by which a later start brings mail back.
"""

import hashlib
from collections.abc import Sequence

from triaged.account.context import Context
from triaged.config import Loaded
from triaged.core.settings import Person
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.entries import AccountOverview
from triaged.person.pushwords import left_out_words
from triaged.service.departures import Absence, put_aside
from triaged.service.healthserver import LeftOut
from triaged.service.inforce import InForce


async def tell(context: Context, absent: Sequence[Absence], overview: Sequence[AccountOverview]) -> None:
    """Say it in the log, and on her channels as far as they can be read.

    Raises:
        LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
    """
    aside = put_aside(overview)
    keys = {row.account.login: row.account.person for row in overview}
    for one in absent:
        told = one.told(aside)
        context.events.emit("person.left_out", person=one.label, reason=told.why)
        if one.person is not None:
            key = next((keys[account.login] for account in one.person.accounts if account.login in keys), one.label)
            await _push(context, one.person, key, told)


async def _push(context: Context, person: Person, key: str, told: LeftOut) -> None:
    title, text = left_out_words(person, told.why, told.aside)
    day = person.worktime.date_of(context.now())  # a daemon that is started again and again rings once a day
    news = hashlib.sha256(told.why.encode()).hexdigest()[:16]
    for channel in person.channels:
        args = {"channel": channel, "title": title, "text": text}
        effect = NewEffect(f"left_out:{key}:{channel}:{day}:{news}", "notify", key, context.now(), args=args)
        await context.write(Ledger.plan, effect)


def remember(in_force: InForce, loaded: Loaded, absent: Sequence[Absence]) -> None:
    """Keep what holds now, and of those who are left out or refused what held last."""
    before = in_force.read()
    kept = {*loaded.refused, *(one.label for one in absent)}
    in_force.write({label: known for label, known in before.items() if label in kept} | dict(loaded.essentials))
