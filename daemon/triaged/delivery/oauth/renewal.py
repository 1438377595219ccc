"""A token that lasts: the one that is there, a new one in time, or the reason why a person is needed. Blocking.

In: whose, how to ask the web, the hour. Out: a `Token` that is on disk. Never: the network without the lock; a refresh token
spent before it is sure that what comes for it can be written down.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from triaged.core.loopback import keeps_secrets
from triaged.core.provider import AuthorizationServer
from triaged.delivery.oauth import grants
from triaged.delivery.oauth.authorization import authorization_server, scopes_of
from triaged.delivery.oauth.errors import Declined, NotNow, SignInNeeded
from triaged.delivery.oauth.grants import Granted, Registration
from triaged.delivery.oauth.holder import Holder, what_to_do
from triaged.delivery.oauth.lifetime import USUAL_LIFE, died_of_testing, renew_at, told_end
from triaged.delivery.oauth.tokenstore import Store, Token
from triaged.delivery.oauth.web import Web

REFUSED_AGAIN = timedelta(hours=6)
"""A sign-in that was refused is tried again so seldom: administrators lock, and unlock."""

Now = Callable[[], datetime]


def is_of(holder: Holder, token: Token) -> bool:
    """Whether this is the sign-in that the configuration speaks of: of the same registration, and of the same kind."""
    as_application = token.grant == "client_credentials"
    return token.client_id == holder.oauth.client_id and as_application == holder.is_application


def lapse(holder: Holder, token: Token | None) -> SignInNeeded | None:
    """Why this token cannot be renewed; None: it can, as far as is known here."""
    if not holder.is_application and (why := _no_sign_in(holder, token)):
        return SignInNeeded(f"{why}; type: {holder.command}")
    if token is not None and token.refused:
        return SignInNeeded(f"{token.refused}; {what_to_do(holder, token.refused_code)}", code=token.refused_code)
    return None


def _no_sign_in(holder: Holder, token: Token | None) -> str:
    """Why a person's sign-in is none; "" it is one."""
    if token is None:
        return "nobody has signed in yet"
    if token.client_id != holder.oauth.client_id:
        return "the client_id is another one than at the last sign-in"
    if not is_of(holder, token):
        return "the grant is another one than at the last sign-in"
    if token.refresh_token is None:
        return f"{holder.oauth.provider} gave no refresh token"
    return ""


def is_due(holder: Holder, token: Token, now: datetime) -> bool:
    """Whether the provider is to be asked for another one."""
    due = renew_at(token, authorization_server(holder.oauth))
    return due is None or now >= due or not is_of(holder, token)


def question(holder: Holder, secret: str | None) -> str:
    """A mark of all that the provider is told of us: as long as it is the same, a refusal stands."""
    oauth = holder.oauth
    told = (
        oauth.provider, oauth.client_id, secret, oauth.grant, oauth.tenant, sorted(oauth.endpoints.items()), oauth.scopes,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def other_scopes(holder: Holder, token: Token) -> str:
    """What the configuration asks for and this sign-in was not asked for, in words; "" nothing."""
    if holder.is_application:
        return ""
    wanted = scopes_of(holder.oauth, authorization_server(holder.oauth))
    had = token.asked or token.scopes
    missing = [] if not had else ungranted(wanted, had)
    return f"the sign-in has not the scopes {', '.join(missing)}; type: {holder.command}" if missing else ""


def ungranted(wanted: Sequence[str], had: Sequence[str]) -> list[str]:
    """What is wanted and not among what is there. Those that open no mailbox are named by few providers."""
    there = {scope.casefold() for scope in had}
    return [scope for scope in wanted if scope.casefold() not in there and scope.casefold() not in _OF_NO_MAILBOX]


_OF_NO_MAILBOX = frozenset({"offline_access", "openid", "profile", "email"})  # OpenID Connect Core 5.4, 11


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
        insist: ask the provider even though it has refused before, or the token that is there is good.

    Raises:
        SignInNeeded: a person is needed; that is written down too. NotNow: later. StoreError.
    """
    with store.lock(holder.login):
        token = store.read(holder.login)
        known = replace(token, refused="") if insist and token is not None else token
        if (why := lapse(holder, known)) is not None:
            raise why
        if token is not None and not insist and not is_due(holder, token, now()):
            return token
        if token is not None:
            store.write(holder.login, token)  # a full disk is to be found out before the refresh token is spent
        try:
            made = _asked(holder, token, secret, web, now)
        except Declined as declined:
            if not declined.for_good:  # nobody watches: anything but the provider's own word is asked again later
                raise NotNow(str(declined)) from None
            refused = _refused(holder, token, declined, question(holder, secret), now())
            store.write(holder.login, refused)
            raise lapse(holder, refused) or declined from None
        made = replace(made, question=question(holder, secret))
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
    if not provider.token_url and token is not None and keeps_secrets(token.token_url):
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
    end, slides = told_end(token, granted.refresh_expires_in, now)
    return replace(
        token,
        access_token=granted.access_token,
        expires_at=now + (granted.expires_in or USUAL_LIFE),
        refresh_token=granted.refresh_token or token.refresh_token,
        refresh_expires_at=end,
        refresh_slides=slides,
        renewed_at=now,
        scopes=granted.scopes or token.scopes,
        refused="",
        refused_code="",
        refused_at=None,
        first_refused_at=None,
    )


def _refused(holder: Holder, token: Token | None, declined: Declined, asked: str, now: datetime) -> Token:
    """The provider says no for good: written down, so that neither a restart nor another process asks and asks."""
    oauth, text = holder.oauth, str(declined)
    token = token or Token(oauth.provider, oauth.client_id, oauth.grant, "", None)
    testing = declined.code == "invalid_grant" and died_of_testing(token, authorization_server(oauth), now)
    if testing:
        text += f" (after 7 days: publish the app at {oauth.provider}, or sign in every week)"
    same = token.refused and token.refused_code == declined.need
    return replace(
        token,
        refused=text,
        refused_code=declined.need,
        refused_at=now,
        first_refused_at=(token.first_refused_at or token.refused_at) if same else now,
        testing=token.testing or testing,
        question=asked,
    )
