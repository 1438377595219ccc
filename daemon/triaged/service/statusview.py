"""How everybody stands: accounts, what is put aside and waits, promises due today, passes left, and what needs a person.

In: the ledger, the settings, and the accounts' health where a daemon is running. Out: plain values, ready for JSON; instants
as RFC 3339 in the person's zone. The daemon tells it over its socket; without a daemon the ledger alone tells it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from triaged.account.health import Health
from triaged.config import Loaded, Problem
from triaged.core.passes import period_start
from triaged.core.settings import Account, Person
from triaged.ledger import Ledger
from triaged.ledger.entries import AccountOverview, PromiseRow
from triaged.outbox import Wait
from triaged.person.outagewatch import Patience, patience_of
from triaged.service.departures import Absence, absences, put_aside

PATIENT = timedelta(minutes=15)
"""A connection that is gone for less than this mends itself: no person is needed."""

_FIGURES = ("aside", "waiting", "held", "in_doubt", "failing", "unreadable")
_NEEDS = {
    "held": ("reply", "replies", "held: see `triaged queue`"),
    "in_doubt": ("reply", "replies", "in doubt, nobody knows whether the client has it: see `triaged queue`"),
    "failing": (
        "act",
        "acts",
        "on the mailbox that failed and are tried again: see `triaged log --event account.degraded`",
    ),
    "unreadable": ("message", "messages", "that could not be read, left in the inbox"),
}


@dataclass(frozen=True, slots=True)
class Live:
    """What only the running daemon knows of an account."""

    health: Health
    moves: str = ""  # why nothing is moved; "" it is
    shared: bool = False  # another triaged works on this mailbox
    wait: Wait | None = None  # due replies are not taken up


@dataclass(frozen=True, slots=True)
class Silent:
    """No daemon tells how the accounts are; why not."""

    why: str = "the daemon is not running: nothing is watched"


def status_of(
    ledger: Ledger,
    loaded: Loaded,
    now: datetime,
    known: Mapping[str, Live] | Silent,
    absent: Sequence[Absence] | None = None,
    unread: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """One object a person, in the order of the configuration; behind them those who are left out.

    Args:
        ledger: read only.
        loaded: the settings in force.
        now: decides what is due today.
        known: what the daemon tells of each account, by login.
        absent: who is left out; None: as the configuration says it.
        unread: why a calendar cannot be read, by person and calendar.
    """
    rows = ledger.overview(_key_of_all(ledger, loaded, absent))
    view = _View(ledger, now, known, {row.account.login: row for row in rows}, patience_of(loaded.service), unread)
    away = absences(loaded, {}, rows) if absent is None else absent
    persons = (view.person(person, loaded.refused.get(person.label)) for person in loaded.persons)
    return [*persons, *(view.left_out(one) for one in away)]


def _key_of_all(ledger: Ledger, loaded: Loaded, absent: Sequence[Absence] | None) -> str | None:
    """The key of the one person whom it is about; None: there are several."""
    if len(loaded.persons) != 1 or absent is None or absent:
        return None
    logins = {account.login for account in loaded.persons[0].accounts}
    return next((row.person for row in ledger.accounts() if row.login in logins), None)


def _about_calendar(one: Mapping[str, Any]) -> str:
    known = f"what was read at {one['read_at']} is kept" if one["read_at"] else "nothing is known of it yet"
    return f'calendar "{one["calendar"]}" cannot be read, {known}: {one["error"]}'


@dataclass(frozen=True, slots=True)
class _View:
    """What is looked at."""

    ledger: Ledger
    now: datetime
    known: Mapping[str, Live] | Silent
    overview: Mapping[str, AccountOverview]
    patience: Patience
    unread: Mapping[tuple[str, str], str]

    def person(self, person: Person, refused: Problem | None) -> dict[str, Any]:
        """How one person stands. `refused`: why what stands in her file is not in force."""
        rows = [self.overview[account.login] for account in person.accounts if account.login in self.overview]
        key = rows[0].account.person if rows else None
        accounts = [self.account(account, person.worktime.zone) for account in person.accounts]
        promises = self.ledger.promises_open(key, planned=False) if key else []
        due = _today(promises, person, self.now)
        calendars = [self.calendar(label, person, key) for label in person.calendars]
        return {
            "person": person.label,
            "paused": self.pause(key, person.worktime.zone),
            "accounts": accounts,
            "promises": {
                "open": sum(one.state == "open" for one in promises),
                "overdue": sum(one.state == "overdue" for one in promises),
                "due_today": [_promise(self.ledger, one, person.worktime.zone) for one in due],
            },
            "passes": _passes(self.ledger, person, key, self.now) if key else [],
            "calendars": calendars,
            "attention": [
                *_about_settings(refused),
                *self.about_accounts(accounts),
                *_about_promises(promises, person),
                *(_about_calendar(one) for one in calendars if one["error"]),
            ],
        }

    def left_out(self, absence: Absence) -> dict[str, Any]:
        """How somebody stands for whom nothing is decided; her accounts are those from which mail is brought back."""
        person = absence.person
        accounts = [self.account(account, person.worktime.zone) for account in person.accounts] if person else []
        told = absence.told(put_aside(tuple(self.overview.values())))
        return {
            "person": absence.label,
            "left_out": True,
            "paused": None,
            "accounts": accounts,
            "promises": {"open": 0, "overdue": 0, "due_today": []},
            "passes": [],
            "calendars": [],
            "attention": [f"left out, because {told.why}", *(self.about_accounts(accounts) if accounts else ())],
        }

    def pause(self, key: str | None, zone: ZoneInfo) -> dict[str, Any] | None:
        """Whether nothing is sent or moved for her now, and until when; None: until it is lifted."""
        pauses = self.ledger.pauses()
        return {"until": _local(pauses[key], zone)} if key is not None and key in pauses else None

    def calendar(self, label: str, person: Person, key: str | None) -> dict[str, Any]:
        """How one calendar is: when it was last seen as it is known, and why it cannot be read, if so."""
        rows = self.ledger.calendars(key, self.now) if key else []
        row = next((row for row in rows if row.label == label), None)
        read_at = _local(row.seen_at, person.worktime.zone) if row else None
        why = self.unread.get((person.label, label))
        return {"calendar": label, "read_at": read_at, "events": row.events if row else 0, "error": why}

    def account(self, account: Account, zone: ZoneInfo) -> dict[str, Any]:
        """How one account is."""
        row = self.overview.get(account.login)
        live = None if isinstance(self.known, Silent) else self.known.get(account.login)
        health = live.health if live else Health(state="not watched")
        seen = [folder.last_internal_at for folder in row.folders if folder.role == "watch"] if row else []
        last = health.last_message or max((at for at in seen if at is not None), default=None)
        stuck = health.stuck()
        return {
            "account": account.label,
            "login": account.login,
            "mode": account.mode.value,
            "state": health.state,
            "since": _local(health.since, zone),
            "error": health.error or None,
            "next_try": _local(health.next_try, zone),
            "proven_alive": _local(health.proven_alive, zone),
            "last_message": _local(last, zone),
            "unwatched": [
                {"folder": folder, "since": _local(one.since, zone), "why": one.why}
                for folder, one in sorted(health.unwatched.items())
            ],
            "doubts": [
                {"folder": folder, "since": _local(one.since, zone), "why": one.why}
                for folder, one in sorted(health.doubts.items())
            ],
            "not_moved": (live.moves if live else "") or None,
            "shared": live.shared if live else False,
            "replies_wait": {"until": _local(live.wait.until, zone), "why": live.wait.why}
            if live and live.wait
            else None,
            "no_reply_since": _local(stuck.since, zone) if stuck else None,
            "no_reply_error": stuck.error if stuck else None,
            **{name: getattr(row, name) if row else 0 for name in _FIGURES},
            "next_due": _local(row.next_due, zone) if row else None,
        }

    def about_accounts(self, accounts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Why her accounts need a person; nothing: they do not."""
        if isinstance(self.known, Silent):
            yield self.known.why
        for account in accounts:
            label = account["account"]
            if not isinstance(self.known, Silent) and (trouble := _trouble(account, self.now)):
                yield f"{label}: {trouble}"
            for folder in account["unwatched"]:
                began = datetime.fromisoformat(folder["since"])
                yield f"{label}: {folder['folder']} is not watched since {began:%a %H:%M}: {folder['why']}"
            for folder in account["doubts"]:
                began = datetime.fromisoformat(folder["since"])
                yield f"{label}: {folder['folder']} since {began:%a %H:%M}: {folder['why']}"
            if (since := account["no_reply_since"]) and self.now - (
                at := datetime.fromisoformat(since)
            ) >= self.patience.replies:
                yield f"{label}: no reply can go since {at:%a %H:%M}: {account['no_reply_error']}"
            if account["shared"]:
                yield f"{label}: another triaged works on this mailbox: stop one of them"
            for figure, (one, several, words) in _NEEDS.items():
                if count := account[figure]:
                    yield f"{label}: {count} {one if count == 1 else several} {words}"


def _today(promises: Sequence[PromiseRow], person: Person, now: datetime) -> list[PromiseRow]:
    """What falls due until midnight, and what is overdue."""
    today = person.worktime.date_of(now)
    return [one for one in promises if person.worktime.date_of(one.due_at) <= today]


def _promise(ledger: Ledger, promise: PromiseRow, zone: ZoneInfo) -> dict[str, Any]:
    items = ledger.promise_items(promise.id)
    item = ledger.item(items[0]) if items else None
    return {
        "client": promise.client,
        "to": promise.correspondent,
        "kind": promise.kind,
        "due": _local(promise.due_at, zone),
        "state": promise.state,
        "item": item.id if item else None,
        "subject": item.subject if item else None,
    }


def _passes(ledger: Ledger, person: Person, key: str, now: datetime) -> list[dict[str, Any]]:
    found = []
    for client in person.roster.clients:
        if client.passes is None:
            continue
        start = period_start(now, client.passes, person.worktime)
        spent = ledger.passes_spent(key, client.label, start)
        found.append(
            {
                "client": client.label,
                "left": max(0, client.passes.count - spent),
                "total": client.passes.count,
                "period": client.passes.period,
            }
        )
    return found


def _about_settings(refused: Problem | None) -> Iterator[str]:
    if refused is not None:
        yield f"the configuration is not valid, what was in force before stays: {refused}; see `triaged check`"


def _about_promises(promises: Sequence[PromiseRow], person: Person) -> Iterator[str]:
    """Why her promises need a person."""
    overdue = [one for one in promises if one.state == "overdue"]
    if overdue:
        names = ", ".join(dict.fromkeys(_name(person, one.client) for one in overdue))
        yield f"{len(overdue)} promised {'answer' if len(overdue) == 1 else 'answers'} overdue ({names})"


def _trouble(account: Mapping[str, Any], now: datetime) -> str:
    match account["state"]:
        case "signed out":
            return f"cannot sign in: {account['error']}"
        case "watching" | "connected":
            return f"nothing is moved: {account['not_moved']}" if account["not_moved"] else ""
        case "starting":
            return ""
        case state:
            since = datetime.fromisoformat(account["since"]) if account["since"] else now
            what = "does nothing" if state == "degraded" else "not connected"
            return f"{what} since {since:%a %H:%M}: {account['error']}" if now - since >= PATIENT else ""


def _name(person: Person, label: str) -> str:
    client = person.roster.by_label(label)
    return client.name if client else label


def _local(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
