"""What there is to know about a provider of mail before its servers are asked: the shape of `providers.PROVIDERS`.

A mailbox and the way out may be two providers' (Gmail with a relay of one's own), so what each does stands apart.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from triaged.core.settings import Tls


@dataclass(frozen=True, slots=True)
class Profile:
    """What IMAP servers of a kind do beyond what they say of themselves (capabilities, PERMANENTFLAGS)."""

    name: str
    reidle: timedelta = timedelta(minutes=9)  # IDLE is renewed so often (RFC 2177: at most 29 minutes)
    poll: timedelta = timedelta(seconds=60)  # without IDLE, or for other folders: not oftener than this
    idle_goes_deaf: bool = False  # IDLE is known to fall silent: look at the folder at every renewal
    idle_lags: str = ""  # why IDLE may tell of new mail only after a minute; "" it does at once
    keywords: bool | None = None  # keywords of our own stay; None: ask PERMANENTFLAGS
    uid_expunge: bool = True  # UID EXPUNGE works where UIDPLUS is offered
    renumbers_renamed: bool = False  # a folder that is renamed gets another UIDVALIDITY
    rewrites_message_id: bool = False  # the original goes to an X- header
    send_id: bool = False  # wants ID (RFC 2971) before SELECT
    note: str = ""  # what `doctor` says about it


@dataclass(frozen=True, slots=True)
class Submission:
    """What submission servers of a kind do."""

    null_sender: bool | None = None  # takes MAIL FROM:<>; None: not known, ask it
    saves_sent: bool = False  # puts a copy into Sent of its own mailbox; False also: not known, Sent is looked at first
    per_minute: int | None = None  # messages it takes


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """Where tokens are had (RFC 6749 1.1), and how long a sign-in lives unused."""

    name: str
    token_url: str = ""
    device_url: str = ""
    authorization_url: str = ""
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    app_scopes: tuple[str, ...] = ()  # of client_credentials
    grant: Literal["device", "authorization_code"] = "device"
    redirect_host: str = "127.0.0.1"  # of the redirect to this machine (RFC 8252 7.3)
    extra: tuple[tuple[str, str], ...] = ()  # asked for along with a sign-in in the browser
    unused: timedelta | None = None  # a sign-in that is not used for so long dies
    testing: timedelta | None = None  # a sign-in lives so long, used or not, while the registration is a trial


GENERIC = Profile("generic")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, or one kind of server that people run themselves."""

    name: str
    domains: tuple[str, ...] = ()  # of addresses, as patterns
    imap: str = ""
    smtp: str = ""
    imap_port: int = 993
    imap_tls: Tls = Tls.IMPLICIT
    smtp_port: int = 465
    smtp_tls: Tls = Tls.IMPLICIT
    imap_too: tuple[str, ...] = ()  # other names of its IMAP hosts, as patterns
    smtp_too: tuple[str, ...] = ()  # likewise of its submission hosts
    marks: frozenset[str] = frozenset()  # capabilities that give it away
    greeting: tuple[str, ...] = ()  # words in the greeting or ID, lower case
    mailbox: Profile = GENERIC
    submission: Submission = Submission()
    authorization: AuthorizationServer | None = None
    passwords: bool = True  # False: signs in with OAuth only
    hint: str = ""  # what a person must know before she can sign in, by its name among the words of the first hour
