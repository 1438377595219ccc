"""Last week's figures, and on the first the month's, as a mail to myself: once per due time, late rather than never."""

import base64
from datetime import datetime, time, timedelta
from typing import Any

from triaged.account.context import Context
from triaged.core.calls import Schedule
from triaged.core.moments import Moment, resolve
from triaged.core.reply import Head, compose_note
from triaged.core.settings import Mode
from triaged.core.worktime import WorkTime
from triaged.ids import new_message_id
from triaged.ledger import Ledger, NewEffect
from triaged.person.personcontext import Household
from triaged.report.page import as_html, as_text, title_of
from triaged.report.report import remembered, tell

WEEK, DAY = timedelta(days=7), timedelta(days=1)
_MORNING = time(8)


async def deliver(office: Context, household: Household) -> None:
    """Write what is due since the last one; nothing at the first start, when there is nothing to tell of."""
    plan = household.person.report
    home = household.home
    if plan is None or plan.weekly is None or home is None or home.settings()[1].mode is Mode.OBSERVE:
        return
    now = office.now()
    written = (await office.write(Ledger.learned, home.row.id)).get("report_until")
    if written is None:
        await office.write(Ledger.learn, home.row.id, report_until=now.isoformat())
        return
    since = datetime.fromisoformat(written)
    if owed := [(begin, end) for due, begin, end in _due(household, now) if since < due]:
        for begin, end in owed:
            await _write(office, household, begin, end)
        await office.write(Ledger.learn, home.row.id, report_until=now.isoformat())


def _due(household: Household, now: datetime) -> list[tuple[datetime, datetime, datetime]]:
    """The newest weekly and monthly due times that have come, each with the beginning and the end of its period."""
    plan = household.person.report
    assert plan is not None
    assert plan.weekly is not None
    worktime = household.person.worktime
    found: list[tuple[datetime, datetime, datetime]] = []
    if (weekly := _newest(plan.weekly, now, worktime)) is not None:
        # from the same time by the clock on the wall: weeks in which it is put forward or back have no gap between them
        local = weekly.astimezone(worktime.zone)
        found.append((weekly, worktime.instant(local.date() - WEEK, local.time()), weekly))
    today = worktime.date_of(now)
    first = today.replace(day=1)
    monthly = worktime.instant(first, _MORNING)
    if monthly <= now:
        before = (first - timedelta(days=1)).replace(day=1)
        found.append((monthly, worktime.instant(before, time(0)), worktime.instant(first, time(0))))
    return found


def _newest(moment: Moment, now: datetime, worktime: WorkTime) -> datetime | None:
    """The last of these moments that has come, within a week and a day."""
    found, after = None, now - WEEK - DAY
    while (due := resolve(moment, after, Schedule(worktime))) is not None and due.at <= now:
        found = after = due.at
    return found


async def _write(office: Context, household: Household, since: datetime, until: datetime) -> None:
    home = household.home
    assert home is not None
    _, account = home.settings()
    past = await office.write(remembered, since, until, None, household.key)
    if not past.rows and not past.promises:
        return
    now = office.now()
    report = tell(past, household.person, now)
    message_id = new_message_id(office.chance, household.address.domain)
    raw = compose_note(
        Head(household.me, household.address, title_of(report), message_id, now),
        text=as_text(report),
        html=as_html(report, pictures=False),
    )
    args: dict[str, Any] = {
        "raw": base64.b64encode(raw).decode("ascii"),
        "message_id": message_id,
        "folder": account.watch[0],
        "flags": [],
        "event": "report.delivered",
        "at": now.isoformat(),
    }
    key = f"report:{household.key}:{since:%Y%m%d}:{until:%Y%m%d}"
    if (
        await office.write(Ledger.plan, NewEffect(key, "append", household.key, now, home.row.id, args=args))
        is not None
    ):
        home.wake.set()
