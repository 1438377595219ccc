"""From the second return of a day on one unread note says what came back, and when; a later one takes its place.

What comes back is at the bottom of a telephone's list: a move keeps the date.
"""

from datetime import datetime, time, timedelta

from triaged.core.settings import Mode
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.entries import Item
from triaged.person.digestentries import Writer
from triaged.person.mailpage import Page, Section
from triaged.person.personcontext import PersonContext
from triaged.person.selfmail import SelfMail, owe

_TOGETHER = timedelta(minutes=5)
"""What comes back within it is one return."""


async def deliver(context: PersonContext) -> None:
    """Write the note of the newest return, if it is the second of the day or a later one, and take the last one away."""
    home = context.home
    newest = max(
        (one.loop.health.returned_at for one in context.accounts.values() if one.loop.health.returned_at), default=None
    )
    if newest is None or context.person.digest is None or home.settings.mode is Mode.OBSERVE:
        return
    told = home.loop.memory.learned.get("back_told") or {}
    if told.get("at") and datetime.fromisoformat(str(told["at"])) >= newest:
        return
    worktime = context.person.worktime
    midnight = worktime.instant(worktime.date_of(newest), time(0))
    returns = _together(await context.write(Ledger.returned_since, context.key, midnight))
    facts = {"at": newest.isoformat(), "message_id": told.get("message_id")}
    if len(returns) > 1:
        facts["message_id"] = await _write(context, returns[-1], told.get("message_id"))
    await home.loop.learn(back_told=facts)


def _together(returned: list[tuple[datetime, Item]]) -> list[list[tuple[datetime, Item]]]:
    """The returns of a day, the earliest first."""
    found: list[list[tuple[datetime, Item]]] = []
    for at, item in returned:
        if not found or at - found[-1][-1][0] > _TOGETHER:
            found.append([])
        found[-1].append((at, item))
    return found


async def _write(context: PersonContext, returned: list[tuple[datetime, Item]], last: object) -> str:
    """The note; its Message-ID."""
    writer, at = Writer(context), returned[0][0]
    entries = writer.messages([item for _, item in returned], {})
    title = writer.words.back_note.format(at=f"{at.astimezone(writer.phrasing.zone):%H:%M}", n=len(entries))
    page = Page(
        title,
        "",
        (Section(writer.words.came_back, tuple(entries)),),
        writer.phrasing.foot(context.person.roster.clients, at),
    )
    key = f"back:note:{context.key}:{at.isoformat()}"
    await owe(context, SelfMail.of(key, page, writer.words.language))
    if isinstance(last, str):
        home = context.home
        args = {"message_id": last, "folder": home.settings.watch[0]}
        gone = NewEffect(f"unback:{last}", "remove", context.key, context.now(), home.id, args=args)
        await context.write(Ledger.plan, gone)
        home.loop.wake.set()
    effect = await context.write(Ledger.effect, key)
    return str(effect.args["message_id"]) if effect is not None else ""
