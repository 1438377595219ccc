"""Providers of mail, one entry each, and who is asked for what: a mailbox by its IMAP host, the way out by its SMTP host.

A new provider is a new entry here and nothing elsewhere. Numbers change; what is not sure is left out, and found out.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol

from triaged.core.provider import GENERIC, AuthorizationServer, Profile, Provider, Submission
from triaged.core.settings import Account, Server, Tls

# what the words of the first hour call a hint
_APP_PASSWORD, _WEB_SWITCH = "app_password", "web_switch"

# https://developers.google.com/identity/protocols/oauth2/native-app; the device flow takes no scope for mail there
# (…/oauth2/limited-input-device#allowedscopes), so a browser is needed once. `access_type` and `prompt`: without them
# a second sign-in brings no refresh token. Six months, and seven days in testing: …/identity/protocols/oauth2#expiration
GOOGLE: Final = AuthorizationServer(
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
MICROSOFT: Final = AuthorizationServer(
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

_YAHOO = Profile(
    "yahoo",
    reidle=timedelta(minutes=4, seconds=30),
    poll=timedelta(seconds=120),
    note="Connections end after five minutes of IDLE; commands are rate-limited.",
)
_GMX = Profile(
    "gmx",
    poll=timedelta(minutes=2),
    note="IMAP must be switched on in the web interface; too many sign-ins lock the address out.",
)
_ZOHO = Profile("zoho")

PROVIDERS: Final[tuple[Provider, ...]] = (
    Provider(
        "gmail",
        domains=("gmail.com", "googlemail.com"),
        imap="imap.gmail.com",
        smtp="smtp.gmail.com",
        imap_too=("imap.googlemail.com",),
        smtp_too=("smtp.googlemail.com",),
        marks=frozenset({"X-GM-EXT-1"}),
        mailbox=Profile("gmail", note="Folders are labels: a message moved out of the inbox stays in All Mail."),
        submission=Submission(null_sender=False, saves_sent=True),
        authorization=GOOGLE,
        hint="google",
    ),
    Provider("google-relay", smtp="smtp-relay.gmail.com", submission=Submission(null_sender=False)),
    Provider(
        "microsoft365",
        domains=("outlook.*", "hotmail.*", "live.*", "msn.com"),
        imap="outlook.office365.com",
        smtp="smtp.office365.com",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        imap_too=("outlook.office.com", "imap-mail.outlook.com", "*.outlook.com"),
        smtp_too=("smtp-mail.outlook.com", "smtp.outlook.com", "smtp.live.com"),
        greeting=("microsoft exchange imap4 service is ready",),
        mailbox=Profile(
            "microsoft365",
            idle_goes_deaf=True,
            keywords=False,
            rewrites_message_id=True,
            note="Sign-in with OAuth only; no keywords; throttles.",
        ),
        submission=Submission(null_sender=False, saves_sent=True, per_minute=30),
        authorization=MICROSOFT,
        passwords=False,
        hint="microsoft",
    ),
    Provider(
        "icloud",
        domains=("icloud.com", "me.com", "mac.com"),
        imap="imap.mail.me.com",
        smtp="smtp.mail.me.com",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        imap_too=("*.imap.mail.me.com",),
        mailbox=Profile("icloud", note="App passwords only; capabilities are known after sign-in."),
        submission=Submission(saves_sent=True),
        hint="apple",
    ),
    Provider(
        "fastmail",
        domains=("fastmail.*", "*.fastmail.com"),
        imap="imap.fastmail.com",
        smtp="smtp.fastmail.com",
        imap_too=("*.messagingengine.com",),
        mailbox=Profile("fastmail", note="App passwords only."),
        hint=_APP_PASSWORD,
    ),
    Provider(
        "yahoo",
        domains=("yahoo.*", "ymail.com"),
        imap="imap.mail.yahoo.com",
        smtp="smtp.mail.yahoo.com",
        imap_too=("*.mail.yahoo.com",),
        mailbox=_YAHOO,
        hint=_APP_PASSWORD,
    ),
    Provider(
        "aol",
        domains=("aol.*",),
        imap="imap.aol.com",
        smtp="smtp.aol.com",
        imap_too=("*.aol.com",),
        mailbox=_YAHOO,
        hint=_APP_PASSWORD,
    ),
    Provider("gmx.com", ("gmx.com",), "imap.gmx.com", "mail.gmx.com", mailbox=_GMX, hint=_WEB_SWITCH),
    Provider(
        "gmx", ("gmx.*",), "imap.gmx.net", "mail.gmx.net", imap_too=("imap.gmx.*",), mailbox=_GMX, hint=_WEB_SWITCH
    ),
    Provider(
        "web.de",
        domains=("web.de",),
        imap="imap.web.de",
        smtp="smtp.web.de",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        mailbox=_GMX,
        hint=_WEB_SWITCH,
    ),
    Provider(
        "ionos",
        imap="imap.ionos.de",
        smtp="smtp.ionos.de",
        imap_too=("imap.ionos.*", "imap.1and1.*"),
        mailbox=_GMX,
    ),
    Provider("t-online", ("t-online.de", "magenta.de"), "secureimap.t-online.de", "securesmtp.t-online.de"),
    Provider("mailbox.org", ("mailbox.org",), "imap.mailbox.org", "smtp.mailbox.org"),
    Provider("posteo", ("posteo.*",), "posteo.de", "posteo.de"),
    Provider(
        "zoho",
        domains=("zoho.com", "zohomail.com"),
        imap="imap.zoho.com",
        smtp="smtp.zoho.com",
        imap_too=("imap.zoho.*", "imappro.zoho.*"),
        smtp_too=("smtp.zoho.*", "smtppro.zoho.*"),
        mailbox=_ZOHO,
        submission=Submission(saves_sent=True),
        hint=_APP_PASSWORD,
    ),
    Provider(
        "zoho.eu",
        domains=("zoho.eu", "zohomail.eu"),
        imap="imap.zoho.eu",
        smtp="smtp.zoho.eu",
        mailbox=_ZOHO,
        submission=Submission(saves_sent=True),
        hint=_APP_PASSWORD,
    ),
    Provider(
        "netease",
        imap_too=("imap.163.com", "imap.126.com", "imap.qq.com", "imap.exmail.qq.com"),
        mailbox=Profile("netease", send_id=True),
    ),
    Provider(
        "proton-bridge",
        domains=("proton.me", "protonmail.*", "pm.me"),
        imap="127.0.0.1",
        smtp="127.0.0.1",
        imap_port=1143,
        imap_tls=Tls.STARTTLS,
        smtp_port=1025,
        smtp_tls=Tls.STARTTLS,
        greeting=("proton", "gluon"),
        mailbox=Profile(
            "proton-bridge",
            uid_expunge=False,
            keywords=False,
            note="Its own certificate must be named in trust_ca; UIDVALIDITY changes with upgrades.",
        ),
        submission=Submission(saves_sent=True),
        hint="bridge",
    ),
    Provider(
        "exchange",
        greeting=("microsoft exchange server", "exchange imap4"),
        mailbox=Profile("exchange", idle_goes_deaf=True, keywords=False),
    ),
    Provider("dovecot", greeting=("dovecot",), mailbox=Profile("dovecot")),
    Provider(
        "cyrus",
        greeting=("cyrus",),
        mailbox=Profile("cyrus", idle_lags="Cyrus without idled (as Debian sets it up) looks once a minute"),
    ),
    Provider(
        "courier",
        greeting=("courier-imap", "courier"),
        mailbox=Profile(
            "courier",
            idle_goes_deaf=True,
            idle_lags="Courier without IMAP_ENHANCEDIDLE looks once a minute",
            renumbers_renamed=True,
        ),
    ),
    Provider("zimbra", greeting=("zimbra",), mailbox=Profile("zimbra")),
)
"""In the order in which they are asked."""

PROFILES: Final[Mapping[str, Profile]] = {GENERIC.name: GENERIC} | {one.mailbox.name: one.mailbox for one in PROVIDERS}
AUTHORIZATION_SERVERS: Final[Mapping[str, AuthorizationServer]] = {
    one.authorization.name: one.authorization for one in PROVIDERS if one.authorization
}
"""Those that the configuration may name, by name."""

_SHARED: Final = frozenset(
    {"freenet.de", "arcor.de", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "btinternet.com", "comcast.net"}
)
"""Domains of many people whose servers nobody has looked up yet."""


class Mailbox(Protocol):
    """An IMAP server: `settings.Server`, or a like value."""

    @property
    def host(self) -> str:
        """A name or an address."""
        ...

    @property
    def profile(self) -> str | None:
        """The name of the profile that the configuration gives it; None: recognised."""
        ...


def provider_of(domain: str) -> Provider | None:
    """The provider of addresses in that domain; None: it is somebody's own, or not known."""
    return next((one for one in PROVIDERS if _fits(domain, one.domains)), None)


def provider_at(server: Mailbox) -> Provider | None:
    """Whose IMAP server it is, by its host name; None: not known."""
    return next((one for one in PROVIDERS if one.imap and _is_at(server.host, one.imap, one.imap_too)), None)


def is_shared(domain: str) -> bool:
    """Whether a domain's addresses belong to people who have nothing to do with each other."""
    return provider_of(domain) is not None or domain.casefold() in _SHARED


def recognise(host: str, greeting: str, capabilities: Collection[str]) -> Profile:
    """What an IMAP server does: by its host name, else by its capabilities, else by the words of its greeting."""
    said, can = greeting.lower(), frozenset(capabilities)
    special = [one for one in PROVIDERS if one.mailbox is not GENERIC]
    by_host = (one for one in special if _is_at(host, one.imap, one.imap_too))
    by_mark = (one for one in special if one.marks and one.marks <= can)
    by_greeting = (one for one in special if any(word in said for word in one.greeting))
    found = next(by_host, None) or next(by_mark, None) or next(by_greeting, None)
    return found.mailbox if found else GENERIC


def profile_of(server: Mailbox, greeting: str = "", capabilities: Collection[str] = ()) -> Profile:
    """What an IMAP server does: as the configuration says, else as it is recognised."""
    return PROFILES[server.profile] if server.profile else recognise(server.host, greeting, capabilities)


def submission_at(host: str) -> Submission:
    """What a submission server does, as far as its name tells."""
    found = _submits(host)
    return found.submission if found else Submission()


def submission_for(account: Account, profile: Profile, learned: Mapping[str, Any]) -> Submission:
    """What an account's submission does for the owner of a mailbox that behaves like `profile`.

    Another provider's submission keeps its copy, if any, where the owner of this mailbox never looks: then it saves none.
    A server without a name of its own is the mailbox's provider's where both are on one host (a bridge on this machine).
    `learned`: under "saves_sent" the host whose copy was found in this mailbox.
    """
    if account.smtp is None:
        return Submission()
    imap, host = account.imap, account.smtp.host
    found = _submits(host)
    if found is None and host.casefold() == imap.host.casefold():
        found = next((one for one in PROVIDERS if _keeps(one, imap, profile)), None)
    known = found.submission if found else Submission()
    saves = known.saves_sent and found is not None and _keeps(found, imap, profile)
    return replace(known, saves_sent=saves or learned.get("saves_sent") == host)


def takes_null_sender(server: Server, learned: Mapping[str, Any], *, known: bool | None = None) -> bool | None:
    """Whether a submission server takes `<>`: no, where it has refused it; else as far as is `known`.

    `learned`: under "no_null_sender" the host that refused it.
    """
    return False if learned.get("no_null_sender") == server.host else known


def _keeps(provider: Provider, imap: Mailbox, profile: Profile) -> bool:
    """Whether that mailbox is the provider's."""
    alike = profile != GENERIC and provider.mailbox == profile
    return alike or _is_at(imap.host, provider.imap, provider.imap_too)


def _submits(host: str) -> Provider | None:
    return next((one for one in PROVIDERS if _is_at(host, one.smtp, one.smtp_too)), None)


def _is_at(host: str, name: str, too: tuple[str, ...]) -> bool:
    """An address literal (a bridge on this machine) is nobody's name."""
    return _fits(host, too if name[:1].isdigit() else (name, *too))


def _fits(name: str, patterns: Collection[str]) -> bool:
    given = name.casefold().rstrip(".")
    return any(fnmatchcase(given, pattern) for pattern in patterns)
