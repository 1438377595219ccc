"""`triaged doctor`: what each server can, and what follows from it."""

import argparse
import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from triaged.cli.as_service import UNIT, run_as
from triaged.cli.common import Failed, add_listing, configuration, console, person_of, print_json
from triaged.config import Loaded, ask_secret, state_file
from triaged.core.settings import Account, Person
from triaged.installkey import KeyUnreadable, known, places
from triaged.ledger import LedgerBusy, Period
from triaged.statefolder import as_owner_of

if TYPE_CHECKING:  # they bring the libraries of mail with them, and `--help` needs none
    from triaged.delivery import SmtpDelivery
    from triaged.mailbox import Pools
    from triaged.setup.examination import Known
    from triaged.setup.finding import Checkup, Finding

_MOST_REMEMBERED = 100
_LOOK_BACK = timedelta(days=14)
_MARKS = {"ok": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "stop": ("✗", "bold red")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="only these (default: all)")
    parser.add_argument(
        "--as-service",
        nargs="?",
        const=UNIT,
        metavar="UNIT",
        help=f"look as this unit would: its user, credentials and sandbox (default: {UNIT})",
    )
    parser.epilog = "Nothing is changed and nothing is sent. A series of a calendar is proposed once. Exit code 1: something stops the job."


def run(args: argparse.Namespace) -> int:
    if args.as_service is not None:
        return run_as(args.as_service, _words(args))
    loaded = configuration(args)
    chosen = _chosen(loaded, person_of(loaded, args.person), args.account)
    works = asyncio.run(_all(loaded, chosen, as_lines=args.json))
    return 0 if works else 1


def _words(args: argparse.Namespace) -> list[str]:
    """The same command, once more, for the unit: its configuration is its own unless one was named."""
    config = getattr(args, "config", None)
    return [
        "doctor",
        *(("-c", str(config.absolute())) if config else ()),
        *(("--json",) if args.json else ()),
        *(("--person", args.person) if args.person else ()),
        *args.account,
    ]


def _chosen(loaded: Loaded, person: Person | None, names: Sequence[str]) -> list[tuple[Person, Account]]:
    every = [(one, account) for one in loaded.persons if person in (None, one) for account in one.accounts]
    chosen = [each for each in every if not names or each[1].label in names or each[1].login in names]
    labels = {name for _, account in every for name in (account.label, account.login)}
    if missing := [name for name in names if name not in labels]:
        others = ", ".join(account.label for _, account in every)
        raise Failed(f"there is no account {missing[0]!r}; known are {others}")
    return chosen


async def _all(loaded: Loaded, chosen: Sequence[tuple[Person, Account]], *, as_lines: bool) -> bool:
    from triaged.mailbox import Pools

    pools = Pools(commands=4, connects=4)
    works = True
    try:
        for person, account in chosen:
            checkup = await _one(loaded, person, account, pools)
            works = works and checkup.works
            _tell(person, checkup, f"mode {account.mode.value}", as_lines=as_lines)
    finally:
        pools.close()
    for label in dict.fromkeys(person.label for person, _ in chosen):
        works = await _calendars(loaded, label, as_lines=as_lines) and works
    return works


async def _calendars(loaded: Loaded, label: str, *, as_lines: bool) -> bool:
    person = loaded.person(label)
    if person is None or not person.calendars:
        return True
    from triaged.setup import calendarcheck

    works = True
    for calendar in person.calendars.values():
        told = () if as_lines else await asyncio.to_thread(_proposed, loaded, person)
        checkup = await calendarcheck.look(person, calendar, datetime.now(UTC), told)
        if checkup.figures.get("proposed") and not as_lines:
            await asyncio.to_thread(_proposed, loaded, person, checkup.figures["proposed"])
        works = works and checkup.works
        _tell(person, checkup, f"for {', '.join(calendar.use)}", as_lines=as_lines)
    return works


def _proposed(loaded: Loaded, person: Person, more: Sequence[str] = ()) -> Sequence[str]:
    """The series that were proposed to her, and need not be again; `more` are remembered, too. Without a ledger none are."""
    from triaged.ledger import Ledger

    path = state_file(loaded)
    if not path.exists():
        return ()
    with as_owner_of(path.parent), Ledger.open(path) as ledger:
        row = next((one for one in ledger.accounts() if one.login == person.accounts[0].login), None)
        if row is None:
            return ()
        told = [*row.learned.get("series_proposed", ()), *more]
        if more:
            with contextlib.suppress(LedgerBusy):  # then it is said once more
                ledger.learn(row.id, series_proposed=told[-_MOST_REMEMBERED:])
    return told


def _tell(person: Person, checkup: "Checkup", what: str, *, as_lines: bool) -> None:
    if as_lines:
        print_json([as_json(person, checkup)])
    else:
        _page(checkup, what)


async def _one(loaded: Loaded, person: Person, account: Account, pools: "Pools") -> "Checkup":
    from triaged.cli.imap_source import session_for
    from triaged.setup.checkup import check_up
    from triaged.setup.examination import Examination

    delivery = _delivery(loaded, account)
    remembered = await asyncio.to_thread(_known, loaded, account)
    session = session_for(loaded, account, pools)
    found = await check_up(Examination(account, session, delivery, remembered, datetime.now(UTC), person.roster))
    more = (*_other_scopes(loaded, account), *_where_the_key_lies(loaded))
    return replace(found, findings=(*found.findings, *more))


def _other_scopes(loaded: Loaded, account: Account) -> "list[Finding]":
    from triaged.service.tokens import other_scopes_of
    from triaged.setup.finding import Finding

    return [Finding("scopes", "warning", note) for note in other_scopes_of(state_file(loaded).parent, account)]


def _delivery(loaded: Loaded, account: Account) -> "SmtpDelivery | None":
    from triaged.cli.imap_source import signing_of
    from triaged.delivery import SmtpDelivery

    server = account.smtp
    if server is None:
        return None
    secret = server.password

    async def password() -> str:
        assert secret is not None
        return await ask_secret(secret, user=server.user or "", service=server.host)

    _, signing = signing_of(loaded, account)
    return SmtpDelivery(
        server,
        password=password if secret is not None else None,
        token=signing.token if signing else None,
        token_refused=signing.refused if signing else None,
        envelope=account.envelope,
    )


def _known(loaded: Loaded, account: Account) -> "Known":
    """What the ledger remembers; nothing where there is none yet."""
    from triaged.ledger import Ledger
    from triaged.ledger.opening import generation_file
    from triaged.setup.examination import Known

    path = state_file(loaded)
    if not path.exists() and not generation_file(path).exists():
        return Known()
    now = datetime.now(UTC)
    with as_owner_of(path.parent), Ledger.open(path) as ledger:
        row = next((one for one in ledger.accounts() if one.login == account.login), None)
        if row is None:
            return Known()
        rows = [
            one
            for one in ledger.history(Period(now - _LOOK_BACK, now, person=row.person))
            if one.login == account.login
        ]
        decided = [(one.item.arrived_at, one.item.decided_at) for one in rows if one.item.decided_at is not None]
        # what lay there before we first looked was decided late by no clock's fault
        began = min((at for _, at in decided), default=now)
        after = tuple(at - arrived for arrived, at in decided if arrived >= began)
        forged = ledger.forged(Period(now - _LOOK_BACK, now, person=row.person))
        names = tuple((one.client, one.at) for one in forged if one.login == account.login)
        aside = [one.place for one in ledger.items_aside(row.id) if one.place is not None]
        places = frozenset((one.folder, one.uidvalidity, one.uid) for one in aside)
        return Known(row.learned, after, _marks(loaded, account, ledger.older_mark()), places, names)


def _marks(loaded: Loaded, account: Account, older: str) -> tuple[str, ...]:
    """Our keywords in an account's mailbox."""
    key = known(loaded.path, state_file(loaded).parent)
    return tuple(mark for mark in (key.mark(account.login) if key else "", older) if mark)


def _where_the_key_lies(loaded: Loaded) -> "list[Finding]":
    """In the state folder it is lost or rolled back together with the ledger."""
    from triaged.setup.finding import Finding

    state = state_file(loaded).parent
    beside, fallback = places(loaded.path, state)
    try:
        key = known(loaded.path, state)
    except KeyUnreadable as error:
        return [Finding("key", "stop", str(error), "What in the mailbox is ours is known by it.")]
    if key is None or key.file != fallback or beside == fallback:
        return []
    follows = f"By it is known what in the mailboxes is ours: put it where it stays, as root: install -m 640 -g triaged {fallback} {beside}"
    return [Finding("key", "note", f"{fallback} lies beside the ledger, and would be lost with it", follows)]


def as_json(person: Person, checkup: "Checkup") -> dict[str, Any]:
    return {
        "person": person.label,
        "account": checkup.account,
        "login": checkup.login,
        "works": checkup.works,
        "findings": [
            {"topic": one.topic, "level": one.level, "found": one.found, "follows": one.follows or None}
            for one in checkup.findings
        ],
        **checkup.figures,
    }


def _page(checkup: "Checkup", what: str) -> None:
    from rich.table import Table
    from rich.text import Text

    out = console()
    out.print()
    out.print(Text.assemble((checkup.account, "bold"), f"  {checkup.login}", (f"  {what}", "dim")))
    table = Table.grid(padding=(0, 2, 0, 0))
    for finding in checkup.findings:
        mark, style = _MARKS[finding.level]
        topic = Text.assemble((f"  {mark} ", style), (finding.topic, "bold" if style != "green" else ""))
        table.add_row(topic, Text(finding.found))
        if finding.follows:
            table.add_row("", Text(finding.follows, style="dim" if finding.level in ("ok", "note") else ""))
    out.print(table)
    levels = {one.level for one in checkup.findings}
    out.print()
    if "stop" in levels:
        out.print(Text("  This cannot do its job: see what is marked ✗.", style="bold red"))
    elif "warning" in levels:
        out.print(Text("  It works; what is marked ! would make it work better.", style="yellow"))
    else:
        out.print(Text("  Everything is as it should be.", style="green"))
