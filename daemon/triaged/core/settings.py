"""What a person has configured, as values: the result of reading, the input of every step.

A step is handed one immutable `Person` and keeps it to its end; a reload hands the next step another one.
Nothing here reads files or knows secrets: a `Secret` says where a password is, never what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from triaged.core.address import Address, Glob
from triaged.core.authres import Trust
from triaged.core.calls import Schedule
from triaged.core.clients import Client, Roster
from triaged.core.moments import Moment
from triaged.core.rules import RuleSet
from triaged.core.template import ReplyTemplate
from triaged.core.worktime import Span, WorkTime


class Mode(StrEnum):
    """How far triaged goes with an account or a client."""

    OBSERVE = "observe"
    DRAFT = "draft"
    SEND = "send"


class Tls(StrEnum):
    """How a connection is secured."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TextSecret:
    """A password written into the configuration file."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CredentialSecret:
    """A file of that name in $CREDENTIALS_DIRECTORY (systemd.exec(5))."""

    name: str


@dataclass(frozen=True, slots=True)
class FileSecret:
    """The first line of a file."""

    path: Path


@dataclass(frozen=True, slots=True)
class EnvSecret:
    """The value of an environment variable."""

    variable: str


@dataclass(frozen=True, slots=True)
class CommandSecret:
    """The first line that a command prints."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyringSecret:
    """The desktop's key ring, by service; the user name is the server's."""

    service: str


Secret = TextSecret | CredentialSecret | FileSecret | EnvSecret | CommandSecret | KeyringSecret


@dataclass(frozen=True, slots=True)
class OAuth:
    """How an access token is had. Endpoints are filled in from the provider's preset unless they are written."""

    provider: str  # "google", "microsoft" or the host of token_url
    client_id: str
    client_secret: Secret | None
    grant: Literal["device", "authorization_code", "client_credentials"]
    tenant: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)  # token_url, device_url, authorization_url, issuer
    scopes: tuple[str, ...] = ()


PROFILES: Final = (
    "generic", "gmail", "microsoft365", "icloud", "fastmail", "yahoo", "gmx", "zoho", "netease", "proton-bridge",
    "exchange", "dovecot", "cyrus", "courier", "zimbra",
)  # fmt: skip
"""Names of servers whose habits are known; the habits stand in `mailbox.profile`."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where an IMAP or SMTP server is and how to sign in."""

    host: str
    port: int
    tls: Tls
    user: str | None
    password: Secret | None
    oauth: OAuth | None = None
    trust_ca: Path | None = None
    allow_cleartext: bool = False
    profile: str | None = None  # one of PROFILES; None: recognised


@dataclass(frozen=True, slots=True)
class Folders:
    """Names as configured: "" is "leave it where it is", "auto" is the server's special-use folder."""

    deferred: str = "Deferred"
    urgent: str = ""
    sent: str = "auto"
    drafts: str = "auto"


@dataclass(frozen=True, slots=True)
class Rate:
    """A number within a period: "60 per hour"."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox of a person."""

    label: str
    login: str  # user@host of the IMAP server: the account's name in the ledger
    mode: Mode
    addresses: tuple[Address, ...]
    imap: Server
    smtp: Server | None
    watch: tuple[str, ...] = ("INBOX",)
    folders: Folders = Folders()
    start: Span | Literal["new", "all"] = "new"
    late: Span | None = None  # the loader always fills it: 12h
    reply_fuse: Rate = Rate(60, timedelta(hours=1))
    trust: Trust | None = None
    require_auth: Literal["always", "if-known", "never"] = "if-known"
    envelope: Literal["auto", "null", "me"] = "auto"
    save_sent: Literal["auto", "yes", "no"] = "auto"
    precedence: Literal["none", "bulk"] = "none"

    def mode_with(self, client: Client | None) -> Mode:
        """How far triaged goes with a client's mail here: the client's own mode beats the account's."""
        return self.mode if client is None or client.mode is None else Mode(client.mode)


@dataclass(frozen=True, slots=True)
class Telephone:
    """Who sends voicemail and missed-call notices, beside the built-in systems."""

    senders: tuple[Glob, ...] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Delegate:
    """Somebody who looks after something."""

    label: str
    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a push goes: an Apprise URL, at most one per client within `every`."""

    label: str
    url: Secret
    every: Span | None


@dataclass(frozen=True, slots=True)
class PromisePolicy:
    """What is done about answers that fall due."""

    warn: Span
    slip: Literal["off", "draft", "send"] = "off"
    slip_reply: str | None = None
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """When the digest and the agendas are delivered."""

    at: time | None
    agenda: Moment | None


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """When a report is delivered by itself: a weekly moment ("fri 14:00"), and the month's on the first."""

    weekly: Moment | None


@dataclass(frozen=True, slots=True)
class Person:
    """Everything one person configured."""

    label: str
    name: str
    language: str
    worktime: WorkTime
    team: tuple[Glob, ...]
    accounts: tuple[Account, ...]
    telephone: Telephone
    roster: Roster
    delegates: Mapping[str, Delegate]
    replies: Mapping[str, ReplyTemplate]
    rules: RuleSet
    channels: Mapping[str, Channel]
    promises: PromisePolicy
    digest: Digest | None
    report: ReportPlan | None
    ruleset_hash: str
    ruleset_text: str  # clients, rules, replies, hours as TOML or JSON: never accounts or secrets
    source: Path = Path()
    addresses: tuple[Address, ...] = field(init=False, repr=False, compare=False)
    """All addresses that are me, over all accounts."""

    def __post_init__(self) -> None:
        """Gather them once: every message is asked about them."""
        mine = dict.fromkeys(address for account in self.accounts for address in account.addresses)
        object.__setattr__(self, "addresses", tuple(mine))

    def account(self, label: str) -> Account | None:
        """The account of that table name."""
        return next((a for a in self.accounts if a.label == label), None)

    def schedule(self, client: Client) -> Schedule:
        """My hours, with this client's standing calls."""
        return Schedule(self.worktime, client.calls)


@dataclass(frozen=True, slots=True)
class Service:
    """What belongs to the process."""

    state: Path | None = None  # the ledger's file; None: triaged.db in the default state folder
    log: Literal["auto", "json", "console", "journal"] = "auto"
    log_subjects: bool = True
    listen: tuple[str, int] | None = None
    keep: Span | None = None  # the loader always fills it: 2 years
