"""A token that lasts: the one that is there, a new one in time, or the reason why a person is needed. Blocking.

In: whose, how to ask the web, the hour. Out: a `Token` that is on disk. Never: the network without the lock; a refresh token
spent before it is sure that what comes for it can be written down.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from triaged.core.provider import AuthorizationServer
from triaged.core.settings import OAuth
from triaged.delivery.oauth import grants
from triaged.delivery.oauth.authorization import authorization_server, scopes_of
from triaged.delivery.oauth.errors import Declined, SignInNeeded
from triaged.delivery.oauth.grants import Granted, Registration
from triaged.delivery.oauth.lifetime import USUAL_LIFE, died_of_testing, renew_at
from triaged.delivery.oauth.store import Store, Token
from triaged.delivery.oauth.web import Web

REFUSED_AGAIN = timedelta(hours=6)
"""A sign-in that was refused is tried again so seldom: administrators lock, and unlock."""

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Holder:
    """One login that signs in with tokens."""

    login: str  # its name in the store
    account: str  # as `triaged auth login` takes it
    oauth: OAuth
    trust_ca: Path | None = None

    @property
    def is_application(self) -> bool:
        """Whether nobody has to sign in: the registration itself has the access."""
        return self.oauth.grant == "client_credentials"

    @property
    def command(self) -> str:
        """What a person types to sign in."""
        return f"triaged auth login {self.account}"


def lapse(holder: Holder, token: Token | None) -> SignInNeeded | None:
    """Why this token cannot be renewed; None: it can, as far as is known here."""
    if token is None:
        return None if holder.is_application else SignInNeeded(f"nobody has signed in yet; type: {holder.command}")
    if token.refused:
        return SignInNeeded(f"{token.refused}; {_what_to_do(holder)}", code=token.refused_code)
    if token.client_id != holder.oauth.client_id and not holder.is_application:
        return SignInNeeded(f"the client_id is another one than at the last sign-in; type: {holder.command}")
    if token.refresh_token is None and not holder.is_application:
        return SignInNeeded(f"{holder.oauth.provider} gave no refresh token; type: {holder.command}")
    return None


def is_due(holder: Holder, token: Token, now: datetime) -> bool:
    """Whether the provider is to be asked for another one."""
    due = renew_at(token, authorization_server(holder.oauth))
    return due is None or now >= due


def _what_to_do(holder: Holder) -> str:
    if holder.is_application:
        return "look at client_id, client_secret and the administrator's consent"
    return f"type: {holder.command}"


def renew(
    store: Store, holder: Holder, secret: str | None, web: Web, now: Now, *, insist: bool = False
) -> Token:  # fmt: skip
    """A fresh token: the one that another process has just had, or a new one.

    Args:
        store: where it lies.
        holder: whose.
        secret: the registration's, where it has one.
        web: how endpoints are asked.
        now: the hour.
        insist: ask the provider even though it has refused before.

    Raises:
        SignInNeeded: a person is needed; that is written down too. NotNow: later. StoreError.
    """
    with store.lock(holder.login):
        token = store.read(holder.login)
        if (why := lapse(holder, token)) is not None and not (insist and token is not None and token.refused):
            raise why
        if token is not None and not token.refused and not is_due(holder, token, now()):
            return token
        if token is not None:
            store.write(holder.login, token)  # a full disk is to be found out before the refresh token is spent
        try:
            made = _asked(holder, token, secret, web, now)
        except Declined as declined:
            raise _refused(store, holder, token, declined, now()) from None
        store.write(holder.login, made)
        return made


def _asked(holder: Holder, token: Token | None, secret: str | None, web: Web, now: Now) -> Token:
    provider = _with_addresses(authorization_server(holder.oauth), token, web)
    registration = Registration(holder.oauth.client_id, secret)
    if holder.is_application:
        granted = grants.as_application(web, provider, registration, scopes_of(holder.oauth, provider))
        return first(holder, provider, granted, now())
    assert token is not None
    assert token.refresh_token is not None
    return again(token, grants.refresh(web, provider, registration, token.refresh_token), now())


def _with_addresses(provider: AuthorizationServer, token: Token | None, web: Web) -> AuthorizationServer:
    if not provider.token_url and token is not None and token.token_url:
        return replace(provider, token_url=token.token_url)
    return grants.discover(web, provider)


def first(
    holder: Holder, provider: AuthorizationServer, granted: Granted, now: datetime, *, testing: bool = False
) -> Token:
    """What a sign-in is remembered as."""
    return again(
        Token(
            provider=holder.oauth.provider,
            client_id=holder.oauth.client_id,
            grant=holder.oauth.grant,
            access_token="",
            expires_at=None,
            signed_in_at=now,
            testing=testing,
            token_url=provider.token_url,
        ),
        granted,
        now,
    )


def again(token: Token, granted: Granted, now: datetime) -> Token:
    """What it is remembered as after a renewal. A provider that sends no new refresh token means the old one (RFC 6749 6)."""
    told = granted.refresh_expires_in
    return replace(
        token,
        access_token=granted.access_token,
        expires_at=now + (granted.expires_in or USUAL_LIFE),
        refresh_token=granted.refresh_token or token.refresh_token,
        refresh_expires_at=now + told if told is not None else None,
        renewed_at=now,
        scopes=granted.scopes or token.scopes,
        refused="",
        refused_code="",
        refused_at=None,
    )


def _refused(store: Store, holder: Holder, token: Token | None, declined: Declined, now: datetime) -> SignInNeeded:
    """The provider says no for good: written down, so that neither a restart nor another process asks and asks."""
    text = str(declined)
    provider = authorization_server(holder.oauth)
    testing = token is not None and declined.code == "invalid_grant" and died_of_testing(token, provider, now)
    if testing:
        text += f" (after 7 days: publish the app at {holder.oauth.provider}, or sign in every week)"
    if token is None:
        token = Token(holder.oauth.provider, holder.oauth.client_id, holder.oauth.grant, "", None)
    lapsed = replace(
        token, refused=text, refused_code=declined.code, refused_at=now, testing=token.testing or testing
    )  # fmt: skip
    store.write(holder.login, lapsed)
    return SignInNeeded(f"{text}; {_what_to_do(holder)}", code=declined.code)
