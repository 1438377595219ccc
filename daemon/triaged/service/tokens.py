"""Sign-ins with tokens, composed: whose they are by the configuration, and what becomes of the keeper's news.

In: the settings in force. Out: tokens for mailboxes and submission servers; events, pushes ahead, desks that are told to
try again. Never: the protocol, which is `delivery.oauth`'s.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from triaged.account.context import Context
from triaged.clock import SystemClock
from triaged.config import ask_secret
from triaged.core.settings import Account, Person, Server
from triaged.delivery.oauth import Holder, Keeper, News, NotNow, SignInNeeded, Store, StoreError
from triaged.delivery.oauth.renewal import other_scopes
from triaged.ledger import Ledger, NewEffect
from triaged.mailbox import SignInNeeded as MailboxSignInNeeded
from triaged.mailbox import TokenLater
from triaged.service.currentsettings import CurrentSettings

FOLDER = "tokens"
"""Below the state folder."""

Token = Callable[[], Awaitable[str]]
Refused = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Signing:
    """How one connection signs in with tokens."""

    token: Token
    refused: Refused


def holders_of(account: Account) -> Iterator[Holder]:
    """Who signs in with tokens for an account: its login, and the one of its submission server where that is another."""
    if account.imap.oauth is not None:
        yield Holder(account.login, account.label, account.imap.oauth, account.imap.trust_ca)
    if account.smtp is not None and account.smtp.oauth is not None and account.smtp.oauth != account.imap.oauth:
        yield Holder(_own(account.smtp), account.label, account.smtp.oauth, account.smtp.trust_ca)


def _own(server: Server) -> str:
    return f"{server.user}@{server.host}"


async def secret_of(holder: Holder) -> str | None:
    """The registration's secret; None where it has none. Raises `SecretError`."""
    secret = holder.oauth.client_secret
    return None if secret is None else await ask_secret(secret, user=holder.login, service=holder.oauth.provider)


def other_scopes_of(folder: Path, account: Account) -> tuple[str, ...]:
    """What the configuration asks for and the account's sign-ins have not, in words. What cannot be read is not told here."""
    store, told = Store(folder / FOLDER), []
    for holder in holders_of(account):
        with contextlib.suppress(StoreError):
            token = store.read(holder.login)
            told.append(other_scopes(holder, token) if token is not None else "")
    return tuple(filter(None, told))


def outside(folder: Path, account: Account) -> tuple[Signing | None, Signing | None]:
    """How a command signs in to an account's mailbox and submission server, with the tokens that the daemon uses too.

    Args:
        folder: the state folder.
        account: whose.
    """
    holders = list(holders_of(account))

    async def tell(_: News) -> None:
        """Whoever typed the command sees the error."""

    keeper = Keeper(Store(folder / FOLDER), SystemClock(), lambda: holders, secret_of, tell)
    return of_mailbox(keeper, account), of_submission(keeper, account)


def of_mailbox(keeper: Keeper, account: Account) -> Signing | None:
    """How the account's IMAP server is signed in to; None: not with tokens."""
    if account.imap.oauth is None:
        return None
    login = account.login

    async def token() -> str:
        try:
            return await keeper.token(login)
        except SignInNeeded as needed:
            raise MailboxSignInNeeded(str(needed), code=needed.code) from needed
        except NotNow as later:
            raise TokenLater(str(later), retry_after=later.retry_after) from later
        except StoreError as damage:
            raise TokenLater(str(damage)) from damage

    return Signing(token, lambda text: keeper.refused(login, text))


def of_submission(keeper: Keeper, account: Account) -> Signing | None:
    """How the account's submission server is signed in to; None: not with tokens."""
    if account.smtp is None or account.smtp.oauth is None:
        return None
    login = account.login if account.smtp.oauth == account.imap.oauth else _own(account.smtp)
    return Signing(lambda: keeper.token(login), lambda text: keeper.refused(login, text))


class Tokens:
    """The keeper at work in the daemon."""

    def __init__(
        self,
        folder: Path,
        office: Context,
        settings: CurrentSettings,
        on_restored: Callable[[str], None],
        on_push: Callable[[], None],
    ) -> None:
        """Tokens of a service.

        Args:
            folder: the state folder.
            office: clock, ledger, log.
            settings: those in force.
            on_restored: is told the login of an account that can sign in again.
            on_push: a push has been planned.
        """
        self._office, self._settings = office, settings
        self._on_restored, self._on_push = on_restored, on_push
        self.keeper = Keeper(
            Store(folder / FOLDER), office.clock, self._holders, secret_of, self._tell, chance=office.chance
        )

    def of_mailbox(self, account: Account) -> Signing | None:
        """How the account's IMAP server is signed in to; None: not with tokens."""
        return of_mailbox(self.keeper, account)

    def of_submission(self, account: Account) -> Signing | None:
        """How the account's submission server is signed in to; None: not with tokens."""
        return of_submission(self.keeper, account)

    def retry(self, login: str) -> None:
        """Ask for the tokens of an account now, whatever was answered before."""
        for _, account, holder in self._configured():
            if account.login == login:
                self.keeper.retry(holder.login)

    # --- what the keeper asks ------------------------------------------------------------------------------------

    def _configured(self) -> Iterator[tuple[Person, Account, Holder]]:
        for person in self._settings.loaded.persons:
            for account in person.accounts:
                for holder in holders_of(account):
                    yield person, account, holder

    def _holders(self) -> list[Holder]:
        return [holder for _, _, holder in self._configured()]

    async def _tell(self, news: News) -> None:
        for person, account, holder in self._configured():
            if holder.login == news.holder.login:
                await self._tell_one(person, account, news)

    async def _tell_one(self, person: Person, account: Account, news: News) -> None:
        events = self._office.events.within(person.worktime.zone).bind(person=person.label, account=account.label)
        match news.what:
            case "restored":
                self._on_restored(account.login)
            case "failing":
                events.emit(
                    "account.degraded", error=news.text, until=news.at, reason="no new token; it is asked for again"
                )
            case "expiring":
                events.emit("account.auth_expiring", reason=news.text, until=news.at)
                await self._push(person, account, news, f"The sign-in of {account.label} is about to end")
            case "lapsed":
                why = "mail waits in the inbox until then; other accounts go on"
                events.emit("account.auth_failed", error=news.text, reason=why)
                await self._push(person, account, news, f"triaged is signed out of {account.label}")

    async def _push(self, person: Person, account: Account, news: News, title: str) -> None:
        """To every channel of the person, once for the same news."""
        office, now = self._office, self._office.now()
        rows = await office.write(Ledger.accounts)
        row = next((row for row in rows if row.login == account.login), None)
        if row is None:
            return
        for label in person.channels:
            args = {"channel": label, "title": title, "text": news.text}
            key = f"auth:{news.holder.login}:{news.stamp}:{label}"
            await office.write(Ledger.plan, NewEffect(key, "notify", row.person, now, args=args))
        self._on_push()
