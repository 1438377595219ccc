"""`triaged auth`: sign in with OAuth2, and how the sign-ins are."""

import argparse
import asyncio
import contextlib
import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from triaged.cli.common import (
    Failed,
    add_config,
    configuration,
    person_of,
    print_json,
    print_table,
    readable,
    wake_daemon,
)
from triaged.config import Loaded, state_file
from triaged.core.decoding import clean_line
from triaged.core.settings import Account, Person, Server
from triaged.delivery import SmtpDelivery
from triaged.delivery.oauth import Holder, Store, StoreError, Token
from triaged.delivery.oauth.authorization import authorization_server
from triaged.delivery.oauth.lifetime import Death, death, is_fresh
from triaged.delivery.oauth.login import Talk, sign_in
from triaged.delivery.oauth.renewal import lapse, other_scopes, ungranted
from triaged.delivery.oauth.web import web
from triaged.mailbox import AuthFailed, MailboxError, Pools, Session, Unavailable
from triaged.service.tokens import FOLDER, Signing, holders_of, outside, secret_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(metavar="login|status", required=True, dest="part")
    login = parts.add_parser("login", help="sign an account in, in a browser or with a code")
    _add(login, None)
    login.add_argument(
        "--testing", action="store_true", help="Google: the app's publishing status is Testing, sign-ins live 7 days"
    )
    login.add_argument("--no-check", action="store_true", help="do not try the token at the mail server")
    status = parts.add_parser("status", help="how old the sign-ins are, and when they end")
    _add(status, "?")
    status.add_argument("--json", action="store_true", help="one JSON object a line")


def _add(parser: argparse.ArgumentParser, many: str | None) -> None:
    add_config(parser)
    parser.add_argument("--person", metavar="LABEL", help="only this person's")
    parser.add_argument("account", metavar="ACCOUNT", nargs=many, help="label or login of the account")


def run(args: argparse.Namespace) -> int:
    """Sign in, or say how the sign-ins are."""
    loaded = configuration(args)
    return _status(loaded, args) if args.part == "status" else _login(loaded, args)


# --- login --------------------------------------------------------------------------------------------------------


def _login(loaded: Loaded, args: argparse.Namespace) -> int:
    (person, account), *others = _chosen(loaded, args.person, args.account)
    if others:
        raise Failed(
            f"{args.account} is an account of {person.label} and of {others[0][0].label}: name one by --person"
        )
    folder = state_file(loaded).parent
    sign_in_account(folder, account, testing=args.testing)
    wake_daemon(loaded)
    if not args.no_check:
        try_mailbox(folder, account)
        try_submission(folder, account)
    return 0


def sign_in_account(folder: Path, account: Account, *, testing: bool = False) -> None:
    """Sign an account in.

    Args:
        folder: of the state, where the token is kept.
        account: whose.
        testing: the registration is a trial.

    Raises:
        TriagedError: the provider or the person said no.
    """
    store = Store(folder / FOLDER)
    for holder in holders_of(account):
        _sign_in(store, holder, account, testing=testing)


def _sign_in(store: Store, holder: Holder, account: Account, *, testing: bool) -> None:
    before = None
    with contextlib.suppress(StoreError):  # a damaged one is replaced
        before = store.read(holder.login)
    testing = testing or (before is not None and before.testing and before.client_id == holder.oauth.client_id)
    secret = asyncio.run(secret_of(holder))
    token = sign_in(
        holder, secret, web(holder.trust_ca), _talk(), lambda: datetime.now(UTC), user=account.imap.user or "", testing=testing
    )  # fmt: skip
    with store.lock(holder.login):
        store.write(holder.login, token)
    end = death(token, authorization_server(holder.oauth))
    lasts = f"; it ends on {end.at:%Y-%m-%d} ({end.why})" if end and not end.by_use else ""
    sys.stdout.write(f"{holder.login}: signed in at {holder.oauth.provider}{lasts}\n")
    if token.scopes and not holder.is_application and (missing := ungranted(token.asked, token.scopes)):
        sys.stdout.write(f"{holder.login}: asked for, and not granted: {clean_line(', '.join(missing))}\n")


def _talk() -> Talk:
    """On a terminal with a desktop a browser is opened; elsewhere the address is for another machine."""
    desktop = sys.stdout.isatty() and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    pasted = sys.stdin if sys.stdin is not None and not sys.stdin.closed else None
    return Talk(_say, time.sleep, pasted, webbrowser.open if desktop else lambda _: None)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def try_mailbox(folder: Path, account: Account) -> None:
    """Try the token there: it may be of another person. Raises Failed: the sign-in is kept, and the server does not take it."""
    to_mailbox, _ = outside(folder, account)
    if to_mailbox is not None:
        asyncio.run(_check_mailbox(account, to_mailbox))


def try_submission(folder: Path, account: Account) -> None:
    """The same at the way out."""
    _, to_submission = outside(folder, account)
    if to_submission is not None and account.smtp is not None:
        asyncio.run(_check_submission(account, account.smtp, to_submission))


async def _check_submission(account: Account, smtp: Server, signing: Signing) -> None:
    delivery = SmtpDelivery(smtp, token=signing.token, token_refused=signing.refused)
    probe = await delivery.probe(account.addresses[0])
    if probe.trouble:
        raise Failed(
            f"the sign-in is kept, but {smtp.host} does not take it: {clean_line(probe.trouble)}; no reply can go"
            " (whether SMTP AUTH is switched on for the mailbox and its organisation, whether the scope was granted)"
        )
    sys.stdout.write(f"{smtp.host}: {probe.how}\n")


async def _check_mailbox(account: Account, signing: Signing) -> None:
    pools = Pools(commands=1, connects=1)
    session = Session(account.imap, pools, token=signing.token, token_refused=signing.refused)
    try:
        await session.open()
    except AuthFailed as error:
        raise Failed(
            f"the sign-in is kept, but {account.imap.host} does not take it for {account.imap.user}: {error};"
            " was it the right person who signed in?"
        ) from error
    except Unavailable as error:
        raise Failed(
            f"the sign-in is kept, but {account.imap.host} says: {error}; the token is good, the mailbox is not open"
            " (its name, its licence, whether IMAP is switched on), or too many connections are"
        ) from error
    except MailboxError as error:
        raise Failed(f"the sign-in is kept, but {account.imap.host} could not be tried: {error}") from error
    finally:
        await session.close()
        pools.close()
    sys.stdout.write(f"{account.imap.host}: {account.imap.user} is in\n")


# --- status -------------------------------------------------------------------------------------------------------


def _status(loaded: Loaded, args: argparse.Namespace) -> int:
    store = Store(state_file(loaded).parent / FOLDER)
    now = datetime.now(UTC)
    rows = [
        _SignIn(person, account, holder, *_kept(store, holder)).as_row(now)
        for person, account in _chosen(loaded, args.person, args.account)
        for holder in holders_of(account)
    ]
    if args.json:
        print_json({name: _plain(value) for name, value in row.items()} for row in rows)
    else:
        columns = ("account", "provider", "state", "signed in", "renewed", "token until", "ends", "why")
        print_table(columns, [_cells(row) for row in rows], "No account signs in with OAuth2.")
    return 1 if any(row["state"] != "well" or row["scopes"] for row in rows) else 0


def _kept(store: Store, holder: Holder) -> tuple[Token | None, str]:
    """The token, and what is wrong with its file: one that is damaged hides no other."""
    try:
        return store.read(holder.login), ""
    except StoreError as damage:
        return None, str(damage)


@dataclass(frozen=True, slots=True)
class _SignIn:
    """A sign-in and its token, as far as there is one, or what is wrong with its file."""

    person: Person
    account: Account
    holder: Holder
    token: Token | None
    damage: str

    def as_row(self, now: datetime) -> dict[str, Any]:
        """How it is. State: well, expired (it is renewed when next asked for), signed-out, never, damaged."""
        holder, token = self.holder, self.token
        why = self.damage or lapse(holder, token)
        end = death(token, authorization_server(holder.oauth)) if token else None
        return {
            "person": self.person.label,
            "account": self.account.label,
            "login": holder.login,
            "provider": holder.oauth.provider,
            "state": "signed-out" if why and token else self._state(now, end),
            "signed_in_at": token.signed_in_at if token else None,
            "age": now - token.signed_in_at if token and token.signed_in_at else None,
            "renewed_at": token.renewed_at if token else None,
            "expires_at": token.expires_at if token else None,
            "ends_at": end.at if end else None,
            "ends_why": end.why if end else None,
            "error": str(why) if why else None,
            "scopes": (other_scopes(holder, token) if token else "") or None,
            "command": holder.command if why and not holder.is_application else None,
        }

    def _state(self, now: datetime, end: Death | None) -> str:
        if self.damage:
            return "damaged"
        if self.token is None:
            return "well" if self.holder.is_application else "never"
        if end is not None and now >= end.at:
            return "signed-out"
        return "well" if is_fresh(self.token, now, timedelta(0)) else "expired"


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone().isoformat(timespec="seconds")
        case timedelta():
            return round(value.total_seconds())
        case _:
            return value


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    instants = (readable(row[name]) for name in ("signed_in_at", "renewed_at", "expires_at", "ends_at"))
    return (
        row["account"],
        row["provider"],
        row["state"],
        *instants,
        row["error"] or row["scopes"] or row["ends_why"] or "",
    )


def _chosen(loaded: Loaded, label: str | None, wanted: str | None) -> list[tuple[Person, Account]]:
    """The accounts meant, those that sign in with tokens; all of them where none is named."""
    person = person_of(loaded, label)
    known = [(one, account) for one in loaded.persons if person in (None, one) for account in one.accounts]
    if wanted is None:
        return [pair for pair in known if any(holders_of(pair[1]))]
    found = [(one, account) for one, account in known if wanted in (account.label, account.login)]
    if not found:
        raise Failed(f"there is no account {wanted!r}; known are {', '.join(_labels(known))}")
    if not any(holders_of(found[0][1])):
        raise Failed(f"{wanted} signs in with a password: write oauth = {{ … }} in its imap to use OAuth2")
    return found


def _labels(known: list[tuple[Person, Account]]) -> Iterator[str]:
    return (account.label for _, account in known)
