"""The protocol: what is asked of a provider, and what its answers mean (RFC 6749, 7636, 8252, 8628). oauthlib writes and reads it.

In: a provider, a registration, a way to ask the web. Out: a `Granted`. Blocking.
Never: a file, a clock of its own, a secret or token in an error.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from triaged.core.heard import heard
from triaged.core.provider import AuthorizationServer
from triaged.delivery.oauth.authorization import discovered
from triaged.delivery.oauth.endpointanswer import checked, seconds, span
from triaged.delivery.oauth.errors import Declined, NotNow
from triaged.delivery.oauth.web import Web

_DEVICE_INTERVAL = 5  # RFC 8628 3.2: seconds, where the provider names none
_DEVICE_LIFE = 900
_TOKEN = re.compile(r"[\x21-\x7e]+")  # RFC 6750 2.1, RFC 6749 A.17, without the space; it stands between \x01 in SASL
_LONGEST_ADDRESS = 2000  # characters
_VERIFIER_LENGTH = 64  # RFC 7636 4.1: 43 to 128


@dataclass(frozen=True, slots=True)
class Registration:
    """What the provider knows us by."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """A token answer (RFC 6749 5.1). Durations count from the answer; None: the provider does not say."""

    access_token: str = field(repr=False)
    expires_in: timedelta | None
    refresh_token: str | None = field(repr=False)
    refresh_expires_in: timedelta | None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person has to type elsewhere (RFC 8628 3.2)."""

    device_code: str = field(repr=False)
    user_code: str
    url: str
    complete_url: str | None
    interval: int  # seconds between two questions
    expires_in: int  # seconds


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-in in a browser that is under way: where to send the person, and what the redirect must match."""

    url: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def discover(web: Web, provider: AuthorizationServer) -> AuthorizationServer:
    """The provider with the addresses that it publishes. Raises Declined, NotNow."""
    return discovered(provider, lambda url: checked(web(url), provider))


def refresh(web: Web, provider: AuthorizationServer, registration: Registration, token: str) -> Granted:
    """A new access token, and perhaps a new refresh token (RFC 6749 6).

    Raises:
        Declined: with the provider's code. NotNow: later.
    """
    from oauthlib.oauth2 import WebApplicationClient

    client = WebApplicationClient(registration.client_id)
    body = client.prepare_refresh_body(refresh_token=token, **_as(registration))
    return _token(web, provider, client, body)


def as_application(
    web: Web, provider: AuthorizationServer, registration: Registration, scopes: Sequence[str]
) -> Granted:
    """A token for the registration itself, no person involved (RFC 6749 4.4). Raises as `refresh`."""
    from oauthlib.oauth2 import BackendApplicationClient

    client = BackendApplicationClient(registration.client_id)
    body = client.prepare_request_body(
        include_client_id=True, scope=list(scopes), client_secret=registration.client_secret
    )
    return _token(web, provider, client, body)


def begin_device(
    web: Web, provider: AuthorizationServer, registration: Registration, scopes: Sequence[str]
) -> DeviceCode:
    """Ask for a code that a person types on another device (RFC 8628 3.1). Raises as `refresh`."""
    from oauthlib.common import add_params_to_qs

    if not provider.device_url:
        raise Declined(f'{provider.name} has no device flow: write grant = "authorization_code"')
    asked = [("client_id", registration.client_id), ("scope", " ".join(scopes))]
    told = checked(web(provider.device_url, add_params_to_qs("", asked)), provider)
    url = str(told.get("verification_uri") or told.get("verification_url") or "")
    if not url or not told.get("device_code") or not told.get("user_code"):
        raise Declined(f"{provider.name} answers with no code to type")
    return DeviceCode(
        str(told["device_code"]),
        heard(str(told["user_code"])),
        heard(url, _LONGEST_ADDRESS),
        heard(str(told["verification_uri_complete"]), _LONGEST_ADDRESS)
        if told.get("verification_uri_complete")
        else None,
        max(1, seconds(told.get("interval")) or _DEVICE_INTERVAL),
        seconds(told.get("expires_in")) or _DEVICE_LIFE,
    )


def await_device(
    web: Web,
    provider: AuthorizationServer,
    registration: Registration,
    code: DeviceCode,
    sleep: Callable[[float], None],
) -> Granted:
    """Ask until the person has typed the code (RFC 8628 3.4, 3.5).

    Raises:
        Declined: the person said no, or the code is too old.
    """
    from oauthlib.oauth2 import DeviceClient

    client = DeviceClient(registration.client_id)
    interval, waited = code.interval, 0
    while waited < code.expires_in:
        sleep(interval)
        waited += interval
        body = client.prepare_request_body(code.device_code, include_client_id=True, **_secret(registration))
        try:
            return _token(web, provider, client, body)
        except Declined as declined:
            if declined.code == "slow_down":
                interval += 5  # RFC 8628 3.5: for this and all later questions
            elif declined.code != "authorization_pending":
                raise
        except NotNow:  # RFC 8628 3.5: less often then
            interval = min(2 * interval, 60)
    raise Declined("the code was not typed in time; begin anew", code="expired_token")


def begin_browser(
    provider: AuthorizationServer, registration: Registration, scopes: Sequence[str], redirect: str, hint: str
) -> Journey:
    """Where to send a browser, with a PKCE challenge (RFC 7636) and a state. `hint`: the login that is meant."""
    from oauthlib.common import generate_token
    from oauthlib.oauth2 import WebApplicationClient

    if not provider.authorization_url:
        raise Declined(f"{provider.name} has no authorization_url: write it, or the issuer, in the configuration")
    client = WebApplicationClient(registration.client_id)
    verifier, state = client.create_code_verifier(_VERIFIER_LENGTH), generate_token(32)
    url = client.prepare_request_uri(
        _https(provider.authorization_url),
        redirect_uri=redirect,
        scope=list(scopes),
        state=state,
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        login_hint=hint,
        **dict(provider.extra),
    )
    return Journey(_spelled_as(url, provider.authorization_url), redirect, state, verifier)


def finish_browser(
    web: Web, provider: AuthorizationServer, registration: Registration, journey: Journey, redirected: str
) -> Granted:
    """The token for the address that the browser was sent back to.

    Raises:
        Declined: the person said no, or the address is not the answer to this journey. NotNow: later.
    """
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    client = WebApplicationClient(registration.client_id)
    try:
        told = client.parse_request_uri_response(_https(redirected), state=journey.state)
    except OAuth2Error as error:
        raise Declined(_redirect_refusal(error), code=str(error.error or "")) from None
    body = client.prepare_request_body(
        code=told["code"],
        redirect_uri=journey.redirect,
        code_verifier=journey.verifier,
        client_secret=registration.client_secret,
    )
    return _token(web, provider, client, body)


def _redirect_refusal(error: Any) -> str:
    match error.error:
        case "mismatching_state":
            return "this address belongs to another sign-in (its state differs): use the last one that was printed"
        case "missing_code":
            return "this address has no code: copy the whole address that the browser was sent to"
        case code:
            return heard(f"the provider says {code}: {error.description or 'no more than that'}")


def _as(registration: Registration) -> dict[str, str]:
    return {"client_id": registration.client_id} | _secret(registration)


def _secret(registration: Registration) -> dict[str, str]:
    return {} if registration.client_secret is None else {"client_secret": registration.client_secret}


def _https(url: str) -> str:
    """The library insists on https; on loopback there is none (RFC 8252 8.3), and the configuration allows it nowhere else."""
    return "https://" + url.partition("://")[2] if "://" in url else url


def _spelled_as(url: str, original: str) -> str:
    return urlsplit(original).scheme + "://" + url.partition("://")[2]


def _token(web: Web, provider: AuthorizationServer, client: Any, body: str) -> Granted:
    from oauthlib.oauth2 import OAuth2Error

    told = checked(web(provider.token_url, body), provider)
    tokens = {name: told[name] for name in ("access_token", "token_type", "refresh_token") if told.get(name)}
    try:
        client.parse_request_body_response(json.dumps(tokens))
    except OAuth2Error as error:
        raise NotNow(f"{provider.name} answers with no token: {error.description}") from None
    if not all(_TOKEN.fullmatch(str(tokens.get(name, "-"))) for name in ("access_token", "refresh_token")):
        raise NotNow(f"{provider.name} answers with a token that has characters no token may have")
    return Granted(
        str(tokens["access_token"]),
        span(told.get("expires_in")),
        str(tokens["refresh_token"]) if "refresh_token" in tokens else None,
        # Google and Microsoft call it so, Keycloak otherwise; it is in no standard
        span(told.get("refresh_token_expires_in") or told.get("refresh_expires_in")),
        tuple(str(told.get("scope") or "").split()),
    )
