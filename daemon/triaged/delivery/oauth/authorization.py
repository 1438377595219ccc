"""Who gives tokens, and for what: an authorization server with every address that is needed.

In: what is configured. Out: an `AuthorizationServer`. Never: the network, except through the function that is handed in
for OpenID discovery.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from triaged.core.decoding import clean_line
from triaged.core.loopback import keeps_secrets
from triaged.core.provider import AuthorizationServer
from triaged.core.providers import AUTHORIZATION_SERVERS
from triaged.core.settings import OAuth
from triaged.delivery.oauth.errors import Declined

_DISCOVERED = {
    "token_url": "token_endpoint",
    "device_url": "device_authorization_endpoint",
    "authorization_url": "authorization_endpoint",
}


def authorization_server(oauth: OAuth) -> AuthorizationServer:
    """The one that is configured, addresses written there instead of the preset's."""
    preset, written = AUTHORIZATION_SERVERS.get(oauth.provider, AuthorizationServer(oauth.provider)), oauth.endpoints
    tenant = oauth.tenant or "common"

    def address(key: str) -> str:
        return written.get(key) or str(getattr(preset, key)).replace("{tenant}", tenant)

    return replace(
        preset,
        token_url=address("token_url"),
        device_url=address("device_url"),
        authorization_url=address("authorization_url"),
        issuer=address("issuer"),
    )


def grant_of(oauth: OAuth, provider: AuthorizationServer) -> str:
    """How the first token is had: as configured, but by the browser where the provider has no device flow for mail."""
    return provider.grant if oauth.grant == "device" and oauth.provider in AUTHORIZATION_SERVERS else oauth.grant


def scopes_of(oauth: OAuth, provider: AuthorizationServer) -> tuple[str, ...]:
    """What is asked for."""
    if oauth.scopes:
        return oauth.scopes
    return provider.app_scopes if oauth.grant == "client_credentials" else provider.scopes


def discovered(provider: AuthorizationServer, get: Callable[[str], Mapping[str, Any]]) -> AuthorizationServer:
    """The provider with the addresses that it publishes itself (OpenID Connect Discovery 1.0, 4), where none are written.

    Raises:
        Declined: it publishes none, those of another issuer, or some where a secret would go over the line readable.
    """
    if provider.token_url or not provider.issuer:
        return provider
    told = get(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):  # 4.3: must be the very same
        raise Declined(clean_line(f"{provider.issuer} publishes the addresses of another issuer: {told.get('issuer')}"))
    found = {ours: str(told[theirs]) for ours, theirs in _DISCOVERED.items() if told.get(theirs)}
    written = {ours: getattr(provider, ours) for ours in _DISCOVERED if getattr(provider, ours)}
    made = replace(provider, **{**found, **written})
    if not made.token_url:
        raise Declined(f"{provider.issuer} publishes no token endpoint")
    for ours, theirs in _DISCOVERED.items():
        if (url := getattr(made, ours)) and not keeps_secrets(url):
            raise Declined(clean_line(f'{provider.issuer} publishes a {theirs} that is no https address: "{url}"'))
    return made
