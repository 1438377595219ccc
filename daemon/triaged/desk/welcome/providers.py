"""Where the servers of the common providers are, as data. An address goes in, hosts and ports come out.

For a domain of one's own there is nothing to look up without asking the network: `candidates` are worth a try.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from triaged.core.settings import Tls


@dataclass(frozen=True, slots=True)
class Found:
    """A provider: its servers, and what a person must know before she can sign in."""

    name: str
    domains: tuple[str, ...]  # of addresses, as patterns
    imap: str
    smtp: str
    imap_port: int = 993
    imap_tls: Tls = Tls.IMPLICIT
    smtp_port: int = 465
    smtp_tls: Tls = Tls.IMPLICIT
    oauth: str = ""  # signs in with OAuth only
    hint: str = ""


_APP_PASSWORD = "It wants a password made for this program (an app password), not the one of its web page."  # noqa: S105 — words

PROVIDERS: tuple[Found, ...] = (
    Found(
        "gmail",
        ("gmail.com", "googlemail.com"),
        "imap.gmail.com",
        "smtp.gmail.com",
        hint=f"{_APP_PASSWORD} It is made at myaccount.google.com/apppasswords, once 2-step verification is on.",
    ),
    Found(
        "microsoft365",
        ("outlook.*", "hotmail.*", "live.*", "msn.com"),
        "outlook.office365.com",
        "smtp.office365.com",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        oauth="microsoft",
        hint="It takes no passwords from programs: triaged signs in with OAuth, see `triaged auth login`.",
    ),
    Found(
        "icloud",
        ("icloud.com", "me.com", "mac.com"),
        "imap.mail.me.com",
        "smtp.mail.me.com",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        hint=f"{_APP_PASSWORD} It is made at account.apple.com.",
    ),
    Found("fastmail", ("fastmail.*", "*.fastmail.com"), "imap.fastmail.com", "smtp.fastmail.com", hint=_APP_PASSWORD),
    Found("yahoo", ("yahoo.*", "ymail.com"), "imap.mail.yahoo.com", "smtp.mail.yahoo.com", hint=_APP_PASSWORD),
    Found("aol", ("aol.*",), "imap.aol.com", "smtp.aol.com", hint=_APP_PASSWORD),
    Found("gmx.com", ("gmx.com",), "imap.gmx.com", "mail.gmx.com", hint="IMAP must be switched on in its web page."),
    Found("gmx", ("gmx.*",), "imap.gmx.net", "mail.gmx.net", hint="IMAP must be switched on in its web page."),
    Found(
        "web.de",
        ("web.de",),
        "imap.web.de",
        "smtp.web.de",
        smtp_port=587,
        smtp_tls=Tls.STARTTLS,
        hint="IMAP must be switched on in its web page.",
    ),
    Found("t-online", ("t-online.de", "magenta.de"), "secureimap.t-online.de", "securesmtp.t-online.de"),
    Found("mailbox.org", ("mailbox.org",), "imap.mailbox.org", "smtp.mailbox.org"),
    Found("posteo", ("posteo.*",), "posteo.de", "posteo.de"),
    Found("zoho", ("zoho.com", "zohomail.com"), "imap.zoho.com", "smtp.zoho.com", hint=_APP_PASSWORD),
    Found("zoho.eu", ("zoho.eu", "zohomail.eu"), "imap.zoho.eu", "smtp.zoho.eu", hint=_APP_PASSWORD),
    Found("ionos", (), "imap.ionos.de", "smtp.ionos.de"),
    Found("strato", (), "imap.strato.de", "smtp.strato.de"),
    Found(
        "proton-bridge",
        ("proton.me", "protonmail.*", "pm.me"),
        "127.0.0.1",
        "127.0.0.1",
        imap_port=1143,
        imap_tls=Tls.STARTTLS,
        smtp_port=1025,
        smtp_tls=Tls.STARTTLS,
        hint="Proton Mail Bridge must run on this machine; its own password and certificate (trust_ca) are needed.",
    ),
)
"""In the order in which they are asked."""

_SHARED = (
    "freenet.de",
    "arcor.de",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "btinternet.com",
    "comcast.net",
)


def provider_of(domain: str) -> Found | None:
    """The provider of addresses in that domain; None: it is somebody's own, or not known."""
    known = domain.casefold()
    return next((each for each in PROVIDERS if any(fnmatchcase(known, pattern) for pattern in each.domains)), None)


def named(name: str) -> Found | None:
    """The provider of that name."""
    return next((each for each in PROVIDERS if each.name == name.casefold()), None)


def is_shared(domain: str) -> bool:
    """Whether a domain's addresses belong to people who have nothing to do with each other."""
    return provider_of(domain) is not None or domain.casefold() in _SHARED


def candidates(domain: str) -> tuple[tuple[str, str], ...]:
    """Hosts (IMAP, SMTP) that a domain of one's own may have, the likeliest first."""
    return (
        (f"imap.{domain}", f"smtp.{domain}"),
        (f"mail.{domain}", f"mail.{domain}"),
        (domain, domain),
    )
