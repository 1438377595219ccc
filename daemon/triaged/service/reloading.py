"""A reload: the configuration is read again and put in force whole; a bad one changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable

from triaged.account.context import Context
from triaged.config import Loaded, load
from triaged.service.currentsettings import CurrentSettings, keeping
from triaged.service.departures import left_behind


async def reload(context: Context, settings: CurrentSettings, apply: Callable[[], Awaitable[None]]) -> bool:
    """Read it; `apply` does what follows from other settings. False: the old ones stay in force.

    Raises:
        LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
    """
    before = settings.loaded
    loaded = await asyncio.to_thread(load, before.path)
    leaving = await left_behind(context, loaded, before) if loaded.usable else ()
    for problem in (*loaded.errors, *leaving):
        context.events.emit("config.rejected", error=str(problem))
    new = keeping(loaded, before)
    if leaving or not new.usable:
        context.events.emit(
            "config.rejected", error="the configuration is not valid", reason="the old one stays in force"
        )
        return False
    settings.swap(new)
    await apply()
    _say(context, before, loaded, new)
    return True


def _say(context: Context, before: Loaded, read: Loaded, new: Loaded) -> None:
    from triaged.config import changes  # only a reload compares

    same = () if read.errors else ("nothing has changed",)
    for change in changes(before, new) or same:
        context.events.emit("config.reloaded", reason=change)
