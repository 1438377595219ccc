"""The coming days as they will be: hours, holidays, away days, focus, calls, and what a plain mail arriving now would get.

A person and an instant go in, values come out. The forecast is made by the very decision that real mail gets.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from triaged.core.address import Address, read_address
from triaged.core.authres import Authentication, Verdict
from triaged.core.calls import Occurrence, Schedule
from triaged.core.clients import Client
from triaged.core.decide import decide
from triaged.core.decision import Decision
from triaged.core.encoding import date_field
from triaged.core.facts import Facts
from triaged.core.identify import identify
from triaged.core.message import read
from triaged.core.settings import Account, Person, Terms
from triaged.core.worktime import Interval, WorkTime

_DAY = timedelta(days=1)
_PLAIN_MAIL = """\
Return-Path: <{sender}>
From: <{sender}>
To: <{to}>
Subject:
Date: {date}
Message-ID: <calendar@triaged.invalid>

A question.
"""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A client's standing call on its day, or, where `occurrence.skipped` says why, what would have been one."""

    client: str
    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Day:
    """One date. Intervals are in UTC and in order; `focus` lies inside `office`, `free` is what is left of it."""

    date: date
    office: tuple[Interval, ...]
    focus: tuple[Interval, ...]
    free: tuple[Interval, ...]
    weekend: bool
    holiday: str | None
    away: bool
    calls: tuple[PlannedCall, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plain mail of a client, arriving now, would get."""

    client: str
    decision: Decision


def days_ahead(worktime: WorkTime, clients: Iterable[Client], first: date, count: int) -> tuple[Day, ...]:
    """So many days from a date on, with the calls of these clients, those that do not take place included."""
    known = tuple(clients)
    return tuple(_day(worktime, known, first + number * _DAY) for number in range(count))


def _day(worktime: WorkTime, clients: tuple[Client, ...], day: date) -> Day:
    schedules = {client.label: Schedule(worktime, client.calls, client.appointed) for client in clients}
    calls = [PlannedCall(label, one) for label, schedule in schedules.items() for one in schedule.calls_on(day)]
    return Day(
        date=day,
        office=worktime.office(day),
        focus=_focus(worktime, day),
        free=worktime.free(day),
        weekend=worktime.is_weekend(day),
        holiday=worktime.is_holiday(day),
        away=worktime.is_away(day),
        calls=tuple(sorted(calls, key=lambda call: (call.occurrence.start, call.client))),
    )


def _focus(worktime: WorkTime, day: date) -> tuple[Interval, ...]:
    edges = sorted({edge for interval in (*worktime.office(day), *worktime.free(day)) for edge in interval})
    return tuple((start, end) for start, end in pairwise(edges) if worktime.hours(start) == "focus")


def outlook(person: Person, client: Client, now: datetime) -> Outlook | None:
    """What a plain mail, from a client nobody doubts and with an empty past, would get if it arrived now.

    None for a person without an account, or a client whose entries name no address that mail could come from.
    """
    sender = _sender(client)
    if sender is None or not person.accounts:
        return None
    account = person.accounts[0]
    who = identify(read(_mail(sender, account, now)), person, account)
    match = person.roster.find(sender)
    known = replace(
        who, client=client, match=match, authentication=Authentication(Verdict.PASS, "taken for granted", ())
    )
    return Outlook(client.label, decide(known, Facts(now=now, arrived=now), Terms(person, account)))


def _sender(client: Client) -> Address | None:
    """Somebody of that client: a plain address, else one that fits an entry."""
    entries = (glob.text.replace("*", "someone").replace("?", "x") for glob in client.patterns)
    return client.caller_address or next((address for text in entries if (address := read_address(text))), None)


def _mail(sender: Address, account: Account, now: datetime) -> bytes:
    to = account.addresses[0].spec if account.addresses else sender.spec
    date = date_field(now).decode("ascii").strip().removeprefix("Date: ")
    return _PLAIN_MAIL.format(sender=sender.spec, to=to, date=date).encode()
