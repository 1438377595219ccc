"""Providers and servers with habits of their own, as data.

In: host, greeting, capabilities. Out: the profile. What a server says for itself (capabilities, PERMANENTFLAGS) is
asked there; here stands only what it does not say. Numbers change: each can be overridden with `dataclasses.replace`.
Never: a decision; whoever needs to know looks at the field.
"""

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from triaged.mailbox.capabilities import Capabilities


@dataclass(frozen=True, slots=True)
class Profile:
    """How a provider behaves."""

    name: str
    hosts: tuple[str, ...] = ()  # patterns of IMAP host names
    greeting: tuple[str, ...] = ()  # words in the greeting or ID, lower case
    marks: frozenset[str] = frozenset()  # capabilities that give it away
    connections: int = 3  # at once for an account, at most
    reidle: timedelta = timedelta(minutes=9)  # IDLE is renewed so often (RFC 2177: at most 29 minutes)
    poll: timedelta = timedelta(seconds=60)  # without IDLE, or for other folders: not oftener than this
    idle_goes_deaf: bool = False  # IDLE is known to fall silent: look at the folder at every renewal
    saves_sent: bool = False  # submission puts a copy into Sent by itself
    null_sender: bool | None = None  # submission takes MAIL FROM:<>; None: not known
    keywords: bool | None = None  # keywords of our own stay; None: ask PERMANENTFLAGS
    uid_expunge: bool = True  # UID EXPUNGE works where UIDPLUS is offered
    rewrites_message_id: bool = False  # the original goes to an X- header
    stable_uids: bool = True  # UIDs and UIDVALIDITY keep their promises
    sends_per_minute: int | None = None
    sends_per_day: int | None = None
    send_id: bool = False  # wants ID (RFC 2971) before SELECT
    note: str = ""  # what `doctor` says about it


GENERIC = Profile("generic")

PROFILES: tuple[Profile, ...] = (
    Profile(
        "gmail",
        hosts=("imap.gmail.com", "imap.googlemail.com"),
        marks=frozenset({"X-GM-EXT-1"}),
        saves_sent=True,
        null_sender=False,
        sends_per_day=2000,
        note="Folders are labels: a message moved out of the inbox stays in All Mail.",
    ),
    Profile(
        "microsoft365",
        hosts=("outlook.office365.com", "outlook.office.com", "imap-mail.outlook.com", "*.outlook.com"),
        greeting=("microsoft exchange imap4 service is ready",),
        idle_goes_deaf=True,
        saves_sent=True,
        null_sender=False,
        keywords=False,
        rewrites_message_id=True,
        sends_per_minute=30,
        sends_per_day=10_000,
        note="Sign-in with OAuth only; no keywords; throttles.",
    ),
    Profile(
        "icloud",
        hosts=("imap.mail.me.com", "*.imap.mail.me.com"),
        saves_sent=True,
        note="App passwords only; capabilities are known after sign-in.",
    ),
    Profile(
        "fastmail",
        hosts=("imap.fastmail.com", "*.messagingengine.com"),
        note="App passwords only.",
    ),
    Profile(
        "yahoo",
        hosts=("imap.mail.yahoo.com", "*.mail.yahoo.com", "imap.aol.com", "*.aol.com"),
        reidle=timedelta(minutes=4, seconds=30),
        poll=timedelta(seconds=120),
        saves_sent=True,
        note="Connections end after five minutes of IDLE; commands are rate-limited.",
    ),
    Profile(
        "gmx",
        hosts=("imap.gmx.*", "imap.web.de", "imap.1and1.*", "imap.ionos.*"),
        poll=timedelta(minutes=2),
        note="IMAP must be switched on in the web interface; too many sign-ins lock the address out.",
    ),
    Profile(
        "zoho",
        hosts=("imap.zoho.*", "imappro.zoho.*"),
        saves_sent=True,
    ),
    Profile(
        "netease",
        hosts=("imap.163.com", "imap.126.com", "imap.qq.com", "imap.exmail.qq.com"),
        send_id=True,
    ),
    Profile(
        "proton-bridge",
        greeting=("proton", "gluon"),
        uid_expunge=False,
        keywords=False,
        stable_uids=False,
        saves_sent=True,
        note="Its own certificate must be named in trust_ca; UIDVALIDITY changes with upgrades.",
    ),
    Profile(
        "exchange",
        greeting=("microsoft exchange server", "exchange imap4"),
        idle_goes_deaf=True,
        null_sender=None,
        keywords=False,
    ),
    Profile("dovecot", greeting=("dovecot",), connections=5),
    Profile("cyrus", greeting=("cyrus",)),
    Profile("courier", greeting=("courier-imap", "courier"), connections=2, idle_goes_deaf=True),
    Profile("zimbra", greeting=("zimbra",), connections=5),
)


def recognise(host: str, greeting: str, capabilities: Capabilities) -> Profile:
    """The profile of a server: by its host name, else by its capabilities, else by the words of its greeting."""
    host, greeting = host.lower().rstrip("."), greeting.lower()
    by_host = (p for p in PROFILES if any(fnmatchcase(host, pattern) for pattern in p.hosts))
    by_mark = (p for p in PROFILES if p.marks and p.marks <= capabilities.names)
    by_greeting = (p for p in PROFILES if any(word in greeting for word in p.greeting))
    return next(by_host, None) or next(by_mark, None) or next(by_greeting, None) or GENERIC


def named(name: str | None) -> Profile | None:
    """The profile of that name, for overriding what would be recognised; None: there is none."""
    return next((p for p in (*PROFILES, GENERIC) if p.name == name), None)
