"""Last week's figures, and on the first the month's, as a mail to myself: once per due time, late rather than never."""

from datetime import datetime, time, timedelta

from triaged.core.calls import Schedule
from triaged.core.moments import Moment, resolve
from triaged.core.settings import Mode
from triaged.core.worktime import WorkTime
from triaged.ledger import Ledger, Period
from triaged.person.personcontext import PersonContext
from triaged.person.selfmail import SelfMail, owe
from triaged.report.htmlpage import as_html, as_text, title_of
from triaged.report.summary import remembered, tell

WEEK, DAY = timedelta(days=7), timedelta(days=1)
_MORNING = time(8)


async def deliver(context: PersonContext) -> None:
    """Write what is due since the last one; nothing at the first start, when there is nothing to tell of."""
    plan, home = context.person.report, context.home
    if plan is None or plan.weekly is None or home.settings.mode is Mode.OBSERVE:
        return
    now = context.now()
    written = (await context.write(Ledger.learned, home.id)).get("report_until")
    if written is None:
        await context.write(Ledger.learn, home.id, report_until=now.isoformat())
        return
    since = datetime.fromisoformat(written)
    if owed := [(begin, end) for due, begin, end in _due(plan.weekly, context.person.worktime, now) if since < due]:
        for begin, end in owed:
            await _write(context, begin, end)
        await context.write(Ledger.learn, home.id, report_until=now.isoformat())


def _due(weekly: Moment, worktime: WorkTime, now: datetime) -> list[tuple[datetime, datetime, datetime]]:
    """The newest weekly and monthly due times that have come, each with the beginning and the end of its period."""
    found: list[tuple[datetime, datetime, datetime]] = []
    if (newest := _newest(weekly, now, worktime)) is not None:
        # from the same time by the clock on the wall: weeks in which it is put forward or back have no gap between them
        local = newest.astimezone(worktime.zone)
        found.append((newest, worktime.instant(local.date() - WEEK, local.time()), newest))
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


async def _write(context: PersonContext, since: datetime, until: datetime) -> None:
    past = await context.write(remembered, Period(since, until, person=context.key))
    if not past.rows and not past.promises:
        return
    report = tell(past, context.person, context.now())
    key = f"report:{context.key}:{since:%Y%m%d}:{until:%Y%m%d}"
    mail = SelfMail(key, title_of(report), as_text(report), as_html(report, pictures=False))
    await owe(context, mail, event="report.delivered")
