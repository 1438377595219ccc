"""Providers as data: where their tokens are had, what has to be asked for, and how long a sign-in lives unused.

In: what is configured. Out: a `Provider` with every address it needs. Never: the network, except through the
function that is handed in for OpenID discovery.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from triaged.core.settings import OAuth
from triaged.delivery.oauth.errors import Declined

_SCOPES = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where one provider's tokens are had."""

    name: str
    token_url: str = ""
    device_url: str = ""
    authorization_url: str = ""
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    app_scopes: tuple[str, ...] = ()  # of client_credentials
    grant: str = "device"
    redirect_host: str = "127.0.0.1"  # of the redirect to this machine (RFC 8252 7.3)
    extra: tuple[tuple[str, str], ...] = ()  # asked for along with a sign-in in the browser
    unused: timedelta | None = None  # a sign-in that is not used for so long dies
    testing: timedelta | None = None  # a sign-in lives so long, used or not, while the registration is a trial


# https://developers.google.com/identity/protocols/oauth2/native-app; the device flow takes no scope for mail there
# (…/oauth2/limited-input-device#allowedscopes), so a browser is needed once. `access_type` and `prompt`: without them
# a second sign-in brings no refresh token. Six months, and seven days in testing: …/identity/protocols/oauth2#expiration
GOOGLE = Provider(
    "google",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 — an address, no password
    authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
    issuer="https://accounts.google.com",
    scopes=("https://mail.google.com/",),
    grant="authorization_code",
    extra=(("access_type", "offline"), ("prompt", "consent")),
    unused=timedelta(days=182),
    testing=timedelta(days=7),
)

# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
# 90 days: https://learn.microsoft.com/entra/identity-platform/refresh-tokens. Only http://localhost may have any port
# (…/entra/identity-platform/reply-url#localhost-exceptions).
MICROSOFT = Provider(
    "microsoft",
    token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 — an address, no password
    device_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    authorization_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    app_scopes=("https://outlook.office365.com/.default",),
    redirect_host="localhost",
    unused=timedelta(days=90),
)

PRESETS: Mapping[str, Provider] = {each.name: each for each in (GOOGLE, MICROSOFT)}

_DISCOVERED = {
    "token_url": "token_endpoint",
    "device_url": "device_authorization_endpoint",
    "authorization_url": "authorization_endpoint",
}


def provider_of(oauth: OAuth) -> Provider:
    """The provider that is configured, addresses written there instead of the preset's."""
    preset, written = PRESETS.get(oauth.provider, Provider(oauth.provider)), oauth.endpoints
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


def grant_of(oauth: OAuth, provider: Provider) -> str:
    """How the first token is had: as configured, but by the browser where the provider has no device flow for mail."""
    return provider.grant if oauth.grant == "device" and oauth.provider in PRESETS else oauth.grant


def scopes_of(oauth: OAuth, provider: Provider) -> tuple[str, ...]:
    """What is asked for."""
    if oauth.scopes:
        return oauth.scopes
    return provider.app_scopes if oauth.grant == "client_credentials" else provider.scopes


def discovered(provider: Provider, get: Callable[[str], Mapping[str, Any]]) -> Provider:
    """The provider with the addresses that it publishes itself (OpenID Connect Discovery 1.0, 4), where none are written.

    Raises:
        Declined: it publishes none, or those of another issuer.
    """
    if provider.token_url or not provider.issuer:
        return provider
    told = get(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):  # 4.3: must be the very same
        raise Declined(f"{provider.issuer} publishes the addresses of another issuer: {told.get('issuer')}")
    found = {ours: str(told[theirs]) for ours, theirs in _DISCOVERED.items() if told.get(theirs)}
    written = {ours: getattr(provider, ours) for ours in _DISCOVERED if getattr(provider, ours)}
    made = replace(provider, **{**found, **written})
    if not made.token_url:
        raise Declined(f"{provider.issuer} publishes no token endpoint")
    return made
