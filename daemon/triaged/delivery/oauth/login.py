"""A person signs in, once: on another device, in a browser, or not at all where the registration itself has the access.

In: whose, how to ask the web, how to talk to the person. Out: a `Token` that is not on disk yet. Blocking.
Never: a code, a state or a token said, but the one that the person has to type.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from socket import gethostname
from typing import IO

from triaged.core.provider import AuthorizationServer
from triaged.delivery.oauth import grants
from triaged.delivery.oauth.authorization import authorization_server, grant_of, scopes_of
from triaged.delivery.oauth.errors import Declined
from triaged.delivery.oauth.grants import Granted, Registration
from triaged.delivery.oauth.holder import Holder
from triaged.delivery.oauth.redirect import Listener
from triaged.delivery.oauth.renewal import first, question
from triaged.delivery.oauth.tokenstore import Token
from triaged.delivery.oauth.web import Web


@dataclass(frozen=True, slots=True)
class Talk:
    """How a person is talked to. `pasted`: where a redirect may be pasted; `open_browser`: tries to show an address."""

    say: Callable[[str], None]
    sleep: Callable[[float], None]
    pasted: IO[str] | None = None
    open_browser: Callable[[str], object] = lambda _: None


def sign_in(
    holder: Holder, secret: str | None, web: Web, talk: Talk, now: Callable[[], datetime], *, user: str, testing: bool
) -> Token:  # fmt: skip
    """Have the first token.

    Args:
        holder: whose.
        secret: the registration's, where it has one.
        web: how endpoints are asked.
        talk: how the person is talked to.
        now: the hour.
        user: the login, to be filled in for the person.
        testing: the registration is a trial, whose sign-ins die early.

    Raises:
        Declined: the provider or the person said no. NotNow: the provider does not answer.
    """
    provider = grants.discover(web, authorization_server(holder.oauth))
    registration = Registration(holder.oauth.client_id, secret)
    scopes = scopes_of(holder.oauth, provider)
    match grant_of(holder.oauth, provider):
        case "client_credentials":
            granted = grants.as_application(web, provider, registration, scopes)
        case "authorization_code":
            granted = _in_a_browser(web, provider, registration, scopes, talk, user)
        case _:
            granted = _on_a_device(web, provider, registration, scopes, talk)
    if granted.refresh_token is None and not holder.is_application:
        raise Declined(
            f"{provider.name} gave no refresh token, so the sign-in would end within the hour: ask for offline access"
        )
    made = first(holder, provider, granted, now(), testing=testing)
    return replace(made, asked=scopes, question=question(holder, secret))


def _on_a_device(
    web: Web, provider: AuthorizationServer, registration: Registration, scopes: tuple[str, ...], talk: Talk
) -> Granted:  # fmt: skip
    with _another_grant():
        code = grants.begin_device(web, provider, registration, scopes)
    talk.say(f"On any device, open\n\n    {code.url}\n\nand type the code\n\n    {code.user_code}\n")
    if code.complete_url:
        talk.say(f"or open the address with the code in it: {code.complete_url}\n")
    talk.say(f"Waiting, for at most {code.expires_in // 60} minutes …")
    with _another_grant():
        return grants.await_device(web, provider, registration, code, talk.sleep)


# RFC 8628 3.5: the person said no, or was late; that another way would not change
_OF_THE_PERSON = frozenset({"access_denied", "authorization_declined", "expired_token", "bad_verification_code"})


@contextmanager
def _another_grant() -> Iterator[None]:
    """Where a tenant forbids signing in with a code (Conditional Access, public client flows) there is another way."""
    try:
        yield
    except Declined as declined:
        forbidden = "AADSTS53" in str(declined)  # of Conditional Access, also under access_denied
        if declined.code in _OF_THE_PERSON and not forbidden:
            raise
        words = (
            'where signing in with a code is forbidden, write grant = "authorization_code" and sign in with a browser'
        )
        raise Declined(f"{declined}; {words}", code=declined.code) from None


def _in_a_browser(
    web: Web, provider: AuthorizationServer, registration: Registration, scopes: tuple[str, ...], talk: Talk, user: str
) -> Granted:  # fmt: skip
    with Listener(provider.redirect_host) as listener:
        journey = grants.begin_browser(provider, registration, scopes, listener.redirect, user)
        talk.say(f"Open this address in a browser and sign in as {user}:\n\n    {journey.url}\n")
        talk.say(
            "If that browser runs on another machine, its last page will not load: copy the address it was sent to"
            f" ({listener.redirect}?…) and paste it here. Or let the page come through: type there, before you sign in,\n\n"
            f"    ssh -L {listener.port}:127.0.0.1:{listener.port} {gethostname()}\n\nWaiting …"
        )
        talk.open_browser(journey.url)
        redirected = listener.wait(journey.state, talk.pasted, talk.say)
    return grants.finish_browser(web, provider, registration, journey, redirected)
