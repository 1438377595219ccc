"""What a person has configured, as values: the result of reading, the input of every step.

A step is handed one immutable `Person` and keeps it to its end; a reload hands the next step another one.
Nothing here reads files or knows secrets: a `Secret` says where a password is, never what it is. What a field is in
the configuration is said at the field (`About`); one that says nothing is put together by the loader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from triaged.core.about import About
from triaged.core.address import Address, Glob
from triaged.core.authres import Trust
from triaged.core.calls import Schedule
from triaged.core.clients import Client, Roster
from triaged.core.moments import Moment
from triaged.core.rules import RuleSet
from triaged.core.spans import Span, parse_span
from triaged.core.template import ReplyTemplate, built_in
from triaged.core.worktime import WorkTime


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

    name: Annotated[str, About("a file in $CREDENTIALS_DIRECTORY", kind="a credential", key="credential")]


@dataclass(frozen=True, slots=True)
class FileSecret:
    """The first line of a file."""

    path: Annotated[Path, About("the first line of a file", example="~/.secrets/work", key="file")]


@dataclass(frozen=True, slots=True)
class EnvSecret:
    """The value of an environment variable."""

    variable: Annotated[str, About("the value of an environment variable", kind="a variable", key="env")]


@dataclass(frozen=True, slots=True)
class CommandSecret:
    """The first line that a command prints."""

    argv: Annotated[
        tuple[str, ...],
        About("the first line a command prints, within 30 seconds; no shell", kind="a command", key="command"),
    ]


@dataclass(frozen=True, slots=True)
class KeyringSecret:
    """The desktop's key ring, by service; the user name is the server's."""

    service: Annotated[
        str,
        About(
            "the desktop's key ring, by service; the user is the server's",
            kind="a name",
            example="triaged",
            key="keyring",
        ),
    ]


Secret = TextSecret | CredentialSecret | FileSecret | EnvSecret | CommandSecret | KeyringSecret


@dataclass(frozen=True, slots=True)
class OAuth:
    """How an access token is had. Endpoints are filled in from the provider's preset unless they are written."""

    # "google", "microsoft" or the host of token_url
    provider: Annotated[str, About('whose: "google" or "microsoft"', kind="a provider")]
    client_id: Annotated[str, About("the id of your registration", example="1234.apps.example")]
    client_secret: Annotated[Secret | None, About("its secret, where there is one")] = None
    grant: Annotated[
        Literal["device", "authorization_code", "client_credentials"], About("how the first token is had")
    ] = "device"
    tenant: Annotated[str | None, About("Microsoft's directory", default="common")] = None
    endpoints: Mapping[str, str] = field(default_factory=dict)  # token_url, device_url, authorization_url, issuer
    scopes: Annotated[tuple[str, ...], About("what is asked for", default="the provider's for mail")] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """Where an IMAP or SMTP server is and how to sign in."""

    host: Annotated[str, About("the server's name", kind="a host")]
    port: Annotated[int, About("its port", kind="a port", default="by `tls`")]
    tls: Annotated[
        Tls,
        About("how it is secured; none: only to a loopback address, or with allow_cleartext", default='"implicit"'),
    ]
    user: Annotated[str | None, About("the login", kind="a login", example="dana")]
    password: Annotated[Secret | None, About("the password, or where it is", default="none, with `oauth`")]
    oauth: Annotated[OAuth | None, About("OAuth2 instead of a password")] = None
    trust_ca: Annotated[Path | None, About("a CA of your own, in PEM")] = None
    allow_cleartext: Annotated[bool, About("passwords may go over the line unencrypted")] = False
    profile: Annotated[
        str | None,
        About("whose habits the server has", kind="a profile", default="recognised by its name and what it says"),
    ] = None


@dataclass(frozen=True, slots=True)
class Folders:
    """Names as configured: "" is "leave it where it is", "auto" is the server's special-use folder."""

    deferred: Annotated[str, About("for what is put aside", kind='a folder, or ""')] = "Deferred"
    urgent: Annotated[str, About("for what is urgent", kind='a folder, or ""')] = ""
    sent: Annotated[
        tuple[str, ...],
        About(
            "where sent mail lies: the first gets copies, all are looked at; `auto`: every folder that looks like one",
            kind="a folder",
            least=1,
        ),
    ] = ("auto",)
    drafts: Annotated[str, About("where drafts lie", kind="a folder")] = "auto"


@dataclass(frozen=True, slots=True)
class Rate:
    """A number within a period: "60 per hour"."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One mailbox."""

    label: str
    login: str  # user@host of the IMAP server: the account's name in the ledger
    mode: Annotated[
        Mode,
        About("observe: decides, writes down and logs, touches nothing; draft: moves, puts replies into Drafts; send"),
    ] = Mode.OBSERVE
    addresses: Annotated[
        tuple[Address, ...],
        About("all are you, with +tags; a reply comes from the one that was written to, else from the first", least=1),
    ]
    imap: Annotated[Server, About("where the mail is")]
    smtp: Annotated[
        Server | None,
        About(
            "where replies go out; user, password, oauth and trust_ca as in imap where it has none",
            kind="an SMTP server",
        ),
    ] = None
    watch: Annotated[tuple[str, ...], About("folders to watch", kind="a folder", example="INBOX", least=1)] = ("INBOX",)
    folders: Annotated[Folders, About('"": leave it where it is; "auto": the server\'s special-use folder')] = Folders()
    start: Annotated[
        Span | Literal["new", "all"],
        About(
            "first contact: only what arrives from now on, what is younger than that, or all",
            kind='"new", "all" or a duration',
        ),
    ] = "new"
    late: Annotated[Span, About("what is decided so long after its arrival gets no reply")] = parse_span("12h")
    reply_fuse: Annotated[Rate, About("replies beyond it are held, with one alarm", default='"60 per hour"')] = Rate(
        60, timedelta(hours=1)
    )
    trust: Annotated[
        Trust | None,
        About(
            'whose Authentication-Results to believe; "*.host.example" too; "microsoft365" for Microsoft',
            key="authserv_id",
        ),
    ] = None
    require_auth: Annotated[
        Literal["always", "if-known", "never"],
        About("whether a reply needs an authenticated sender; if-known: where the server says anything"),
    ] = "if-known"
    envelope: Annotated[Literal["auto", "null", "me"], About("envelope sender of replies")] = "auto"
    save_sent: Annotated[Literal["auto", "yes", "no"], About("whether a copy is put into the sent folder")] = "auto"
    precedence: Annotated[Literal["none", "bulk"], About("a Precedence field in replies")] = "none"

    @property
    def only_returns(self) -> bool:
        """Whether nothing is watched, and mail only brought back: its person is left out."""
        return not self.watch

    def mode_with(self, client: Client | None) -> Mode:
        """How far triaged goes with a client's mail here: the client's own mode beats the account's."""
        return self.mode if client is None or client.mode is None else Mode(client.mode)


@dataclass(frozen=True, slots=True)
class Telephone:
    """Whose mails are notices of callers."""

    senders: Annotated[
        tuple[Glob, ...],
        About(
            "who sends your voicemail and missed-call notices, beside built-in systems that your server vouches for",
            key="from",
        ),
    ] = ()
    region: Annotated[str | None, About("for national numbers", kind="a country")] = None


@dataclass(frozen=True, slots=True)
class Delegate:
    """Somebody who looks after something."""

    label: str
    name: Annotated[str, About("the name", kind="a name", example="Tom")]
    address: Annotated[Address, About("the address")]


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a push goes."""

    label: str
    url: Annotated[Secret, About("any Apprise URL, or where it is")]
    every: Annotated[
        Span | None,
        About(
            "at most one push per client in this time; the next says how many came. Mail whose sender `authserv_id` does not"
            " vouch for (without one: all) has a time of its own, and rings at most three times a day",
            default="each is pushed",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar of mine. It is read, never written."""

    label: str
    url: Annotated[
        Secret,
        About(
            "an iCalendar feed (https, webcal, file) or a CalDAV collection, or where its address is kept: whoever has it reads all",
            example="https://calendar.example/dana.ics",
        ),
    ]
    user: Annotated[str | None, About("the login, where one is needed", kind="a login", example="dana")] = None
    password: Annotated[Secret | None, About("the password, or where it is")] = None
    use: Annotated[
        tuple[Literal["calls", "focus", "busy", "away"], ...],
        About(
            "calls: series and events with clients; focus: events without other people that are marked busy; busy: all busy"
            " events; away: whole days marked out of office or called so",
            default='"calls"',
            least=1,
        ),
    ] = ("calls",)
    every: Annotated[Span, About("how often it is read")] = parse_span("10m")
    me: Annotated[
        tuple[Address, ...], About("your addresses in it, beside those of your accounts", default="none beside")
    ] = ()
    no_calls: Annotated[
        tuple[str, ...],
        About(
            "series, by title or UID, that are calls with nobody, whoever is in them; `doctor` asks about none of them",
            default="none",
            example="Send Harbor invoice",
        ),
    ] = ()
    away_words: Annotated[
        tuple[str, ...], About("an all-day event whose title begins so is away", default="in the languages of replies")
    ] = ()


@dataclass(frozen=True, slots=True)
class PromisePolicy:
    """How promises are watched."""

    warn: Annotated[Span, About("a note into the inbox so long before an answer falls due")] = parse_span("2h")
    slip: Annotated[Literal["off", "draft", "send"], About("a short honest second mail when it will not be kept")] = (
        "off"
    )
    slip_reply: Annotated[
        str | None,
        About(
            "a [reply.NAME] for it",
            kind="a reply's label",
            example="slip",
            default="built-in text in en, de, fr, es",
        ),
    ] = None
    notify: Annotated[
        tuple[str, ...],
        About("the [notify.NAME] that are told", kind="a channel", example="phone", default="none"),
    ] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What is delivered into the inbox."""

    at: Annotated[
        tuple[Moment, ...],
        About(
            "on days with office hours, into the first account's inbox: what waits, is promised for today, goes out, came back,"
            " lies aside; the morning's is short and not sent when there is nothing",
            example="16:30",
            default="no digest",
        ),
    ] = ()
    agenda: Annotated[
        Moment | None, About("per client with a call", example="30m before next call", default="no agenda")
    ] = None
    agenda_settles: Annotated[
        Literal["ask"] | bool,
        About(
            "after the call: ask: one mail lists the points, to be settled; true: those without an answer promise are closed;"
            " false: nothing"
        ),
    ] = "ask"
    agenda_to_client: Annotated[
        Literal["off", "draft", "send"],
        About(
            "on the office day before a call a draft to the client's `mail` lies in Drafts: what you have for it, a line a"
            " thread; send: it goes an hour later, once three to this client were sent by hand"
        ),
    ] = "off"


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """Reports that come by themselves: the week's at a moment ("fri 14:00"), the month's on the first."""

    weekly: Annotated[Moment | None, About("the week's report, as mail", example="fri 14:00", default="none")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Everything one person configured."""

    # the keys of [me] stand here, but for the time zone, which is that of her hours
    label: str
    name: Annotated[str, About("your name, as replies carry it", kind="a name", example="Dana Roth")]
    language: Annotated[str, About("your language", kind="a language code")] = "en"
    worktime: WorkTime
    team: Annotated[
        tuple[Glob, ...], About("their mail to the client in a thread counts as a human answer", default="nobody's")
    ] = ()
    accounts: tuple[Account, ...]
    telephone: Telephone
    roster: Roster
    delegates: Mapping[str, Delegate]
    replies: Mapping[str, ReplyTemplate]
    rules: RuleSet
    channels: Mapping[str, Channel]
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    promises: PromisePolicy
    digest: Digest | None
    report: ReportPlan | None
    snooze: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)  # by folder; no moment: it is settled
    ruleset_hash: str
    ruleset_text: str  # clients, rules, replies, hours as TOML or JSON: never accounts or secrets
    source: Path = Path()
    away_in_question: tuple[date, ...] = ()  # a calendar says so, and a promised call stands against it
    addresses: tuple[Address, ...] = field(init=False, repr=False, compare=False)
    """All addresses that are me, over all accounts."""

    def __post_init__(self) -> None:
        """Gather them once: every message is asked about them."""
        mine = dict.fromkeys(address for account in self.accounts for address in account.addresses)
        object.__setattr__(self, "addresses", tuple(mine))

    def account(self, label: str) -> Account | None:
        """The account of that table name."""
        return next((a for a in self.accounts if a.label == label), None)

    def reply(self, label: str) -> ReplyTemplate | None:
        """The text of that table name; of those that are sent by themselves also the built-in one."""
        match label:
            case "no-pass" | "not-now" | "paper":
                return self.replies.get(label) or built_in(label)
            case _:
                return self.replies.get(label)

    @property
    def reads_calls(self) -> bool:
        """Whether a calendar of hers says when calls are."""
        return any("calls" in calendar.use for calendar in self.calendars.values())

    def schedule(self, client: Client) -> Schedule:
        """My hours, with this client's standing calls."""
        return Schedule(self.worktime, client.calls, client.appointed)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a message is decided: whose rules hold, where it came to, what its server can do.

    `trace`: all of it is told: why each rule did not match, and everything that speaks against a reply. Else the rules that
    could have matched, and the reason that is told; the decision is the same.
    """

    person: Person
    account: Account
    movable: bool = True  # the server can move messages safely
    trace: bool = False


@dataclass(frozen=True, slots=True)
class PageTls:
    """What the page proves its name with."""

    cert: Annotated[Path, About("the certificate and those between it and its authority, in PEM")]
    key: Annotated[Path, About("its key, in PEM, without a passphrase")]


@dataclass(frozen=True, slots=True)
class Service:
    """What belongs to the process."""

    state: Annotated[
        Path | None,
        About(
            "the ledger's file; relative to $STATE_DIRECTORY (systemd), else to $XDG_STATE_HOME/triaged",
            kind="a ledger",
            default='"sqlite:triaged.db"',
        ),
    ] = None  # triaged.db in the default state folder
    log: Annotated[
        Literal["auto", "json", "console", "journal"],
        About("how `run` logs to standard output; auto: console on a terminal, journal under systemd, else json"),
    ] = "auto"
    log_subjects: Annotated[bool, About("false: no subjects in log and notifications")] = True
    log_addresses: Annotated[
        bool, About("false: senders' and recipients' addresses are shortened in log and notifications")
    ] = True
    metrics_clients: Annotated[bool, About("true: /metrics has the label `client`")] = False
    listen: Annotated[
        tuple[str, int] | None,
        About("where /healthz, /readyz and /metrics are", kind="host and port", default="nowhere"),
    ] = None
    page: Annotated[
        tuple[str, int] | None,
        About(
            "where the page is that `triaged page` opens; an address that others reach too needs `page_tls`",
            kind="host and port",
            default="nowhere",
            example="127.0.0.1:8025",
        ),
    ] = None
    page_url: Annotated[
        str | None,
        About(
            "how telephones reach the page, if they do, by a tunnel or a reverse proxy: links in mails exist only with it",
            kind="a page's address",
            default="nothing but this machine reaches it",
        ),
    ] = None
    page_tls: Annotated[PageTls | None, About("what the page speaks TLS with itself", default="it speaks none")] = None
    keep: Annotated[Span, About("closed items, sent mail and replies older than this go")] = parse_span("2 years")
    outage: Annotated[
        Span | None,
        About(
            "so long may no mail be watched, or no reply be possible, before the person is told: an event, `status`, /readyz"
            " and a push, once an outage and when it is over",
            default="15 minutes for mail, an hour for replies",
        ),
    ] = None
