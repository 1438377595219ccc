"""The tables of a person's configuration, but for the rules: every key, its meaning and its default, said once.

Descriptions only. What several keys together must be like is checked where they are put together.
"""

from collections.abc import Mapping
from types import MappingProxyType

from triaged.config import values
from triaged.config.spec import Either, Flag, Key, Many, Others, Table, Text, Whole
from triaged.core.settings import PROFILES
from triaged.core.timewords import WEEKDAYS

_DURATION_SHAPE = r"^\s*\d.*[A-Za-z]\s*$"
_GLOB_SHAPE = r"^[^\s]+$"
_DAY = (
    "("
    + "|".join("".join(f"[{one.upper()}{one}]" for one in day) for day in WEEKDAYS)
    + ")([DdEeNnRrSsUu]*[Dd][Aa][Yy])?"
)
_ADDRESS_SHAPE = r"^[^@\s]+@[^@\s]+$"

_TEXT = Text()
_ADDRESS = Text("an address", values.parse_address, example="dana@roth.example", shape=_ADDRESS_SHAPE)
_GLOB = Text("an address or a pattern", values.parse_glob, example="*@harbor.example", shape=_GLOB_SHAPE)
_SPAN = Text("a duration", values.parse_span, example="2h", shape=_DURATION_SHAPE)
MOMENT = Text("a moment", values.parse_moment, example="next office day 10:00")
LANGUAGE = Text("a language code", values.parse_language, example="en", shape="^[a-z]{2,3}$")
_ZONE = Text("a time zone", values.parse_zone, example="Europe/Berlin")
_SLOTS = Many(Text("hours", example="09:00-17:30", shape=r"^[^A-Za-z]*$", empty=True))
_PATH = Text("a file", example="/etc/ssl/own-ca.pem")
LABEL = Text("a label", example="tom")
WEEK = Others(
    _SLOTS,
    "hours of these days; a single day wins over a range",
    "a day of the week",
    values.parse_weekdays,
    shape=rf"^\s*{_DAY}(\s*[,–-]\s*{_DAY})*\s*$",
    example="mon-fri",
)
DATES = Table(
    others=Others(
        _SLOTS,
        "hours of this date",
        "a date",
        values.parse_date_key,
        shape=r"^\d{4}-\d{2}-\d{2}$",
        example="2026-12-05",
    )
)


def table(**keys: Key) -> Mapping[str, Key]:
    """Keys of a table; an underscore at the end lets a key be one of Python's words."""
    return MappingProxyType({name.rstrip("_"): key for name, key in keys.items()})


SECRET_PLACES = Table(
    table(
        credential=Key(
            Text("a name", values.parse_credential, example="work-imap"), "a file in $CREDENTIALS_DIRECTORY"
        ),
        file=Key(Text("a file", example="~/.secrets/work"), "the first line of a file"),
        env=Key(
            Text("a name", values.parse_variable, example="IMAP_PASSWORD"),
            "the value of an environment variable",
        ),
        command=Key(
            Many(Text(example="pass"), alone=False, least=1),
            "the first line a command prints, within 30 seconds; no shell",
        ),
        keyring=Key(
            Text("a name", example="triaged"),
            "the desktop's key ring, by service; the user is the server's",
        ),
    ),
    one_of=("credential", "file", "env", "command", "keyring"),
)

SECRET = Either((Text("a password"), SECRET_PLACES))

PROVIDER = Table(
    table(
        token_url=Key(_TEXT, "where tokens are had", "as the issuer publishes"),
        device_url=Key(_TEXT, "where a sign-in on another device begins", "as the issuer publishes"),
        authorization_url=Key(_TEXT, "where a sign-in in a browser begins", "as the issuer publishes"),
        issuer=Key(_TEXT, "who publishes these addresses (OpenID discovery)"),
        scopes=Key(Many(_TEXT), "what is asked for"),
    )
)

OAUTH = Table(
    table(
        provider=Key(
            Either((Text(words=("google", "microsoft")), PROVIDER)), 'whose: "google" or "microsoft"', required=True
        ),
        client_id=Key(Text(example="1234.apps.example"), "the id of your registration", required=True),
        client_secret=Key(SECRET, "its secret, where there is one"),
        tenant=Key(_TEXT, "Microsoft's directory", "common"),
        grant=Key(
            Text(words=("device", "authorization_code", "client_credentials")), "how the first token is had", "device"
        ),
        scopes=Key(Many(_TEXT), "what is asked for", "the provider's for mail"),
    )
)


def _server(host: str, **more: Key) -> Table:
    keys = table(
        host=Key(Text("a host", values.parse_host, example=host), "the server's name", required=True),
        port=Key(Whole(1, 65535), "its port", "by `tls`"),
        tls=Key(
            Text(words=("implicit", "starttls", "none")),
            "how it is secured; none: only to a loopback address, or with allow_cleartext",
            "implicit",
        ),
        password=Key(SECRET, "the password, or where it is"),
        oauth=Key(OAUTH, "OAuth2 instead of a password"),
        trust_ca=Key(_PATH, "a CA of your own, in PEM"),
        allow_cleartext=Key(Flag(), "passwords may go over the line unencrypted", "false"),
    )
    return Table(MappingProxyType({**keys, **more}))


IMAP = _server(
    "imap.roth.example",
    user=Key(Text("a login", example="dana"), "the login", required=True),
    profile=Key(Text(words=PROFILES), "whose habits the server has", "recognised by its name and what it says"),
)
SMTP = _server("smtp.roth.example", user=Key(Text("a login", example="dana"), "the login", "that of imap"))

SERVICE = Table(
    table(
        state=Key(
            Text("a ledger", values.parse_state, example="sqlite:triaged.db", shape="^sqlite:."),
            "the ledger's file; relative to $STATE_DIRECTORY (systemd), else to $XDG_STATE_HOME/triaged",
            '"sqlite:triaged.db"',
        ),
        log=Key(
            Text(words=("auto", "json", "console", "journal")),
            "how `run` logs to standard output; auto: console on a terminal, journal under systemd, else json",
            '"auto"',
        ),
        log_subjects=Key(Flag(), "false: no subjects in log and notifications", "true"),
        listen=Key(
            Text("host and port", values.parse_listen, example="127.0.0.1:9464", shape=r":\d+$"),
            "where /healthz, /readyz and /metrics are",
            "nowhere",
        ),
        keep=Key(_SPAN, "closed items, sent mail and replies older than this go", '"2 years"'),
    ),
    about="what belongs to the process",
)

ME = Table(
    table(
        name=Key(Text("a name", example="Dana Roth"), "your name, as replies carry it", required=True),
        language=Key(LANGUAGE, "your language", '"en"'),
        timezone=Key(_ZONE, "your time zone", "the system's"),
        team=Key(Many(_GLOB), "their mail to the client in a thread counts as a human answer"),
    ),
    about="who you are",
)

HOURS = Table(
    table(
        on=Key(DATES, "hours of single dates; a date wins over everything"),
        holidays=Key(Text("a country", example="DE-BE", empty=True), "country or country-subdivision", "none"),
        away=Key(Many(Text("dates", example="2026-12-24..2027-01-03")), "whole days, both ends included"),
        focus=Key(Table(others=WEEK), "inside office hours, but not available"),
    ),
    others=WEEK,
    about="when you are available; without [hours] always",
)

FOLDERS = Table(
    table(
        deferred=Key(Text("a folder", values.parse_folder, empty=True), "for what is put aside", '"Deferred"'),
        urgent=Key(Text("a folder", values.parse_folder, empty=True), "for what is urgent", '""'),
        sent=Key(Text("a folder", values.parse_folder), "where sent mail lies", '"auto"'),
        drafts=Key(Text("a folder", values.parse_folder), "where drafts lie", '"auto"'),
    )
)

ACCOUNT = Table(
    table(
        mode=Key(
            Text(words=("observe", "draft", "send")),
            "observe: decides, writes down and logs, touches nothing; draft: moves, puts replies into Drafts; send",
            '"observe"',
        ),
        addresses=Key(
            Many(_ADDRESS, least=1),
            "all are you, with +tags; a reply comes from the one that was written to, else from the first",
            required=True,
        ),
        imap=Key(IMAP, "where the mail is", required=True),
        smtp=Key(SMTP, "where replies go out; user, password, oauth and trust_ca as in imap where it has none"),
        watch=Key(
            Many(Text("a folder", values.parse_folder, example="INBOX"), least=1), "folders to watch", '["INBOX"]'
        ),
        folders=Key(
            FOLDERS,
            '"": leave it where it is; "auto": the server\'s special-use folder',
        ),
        start=Key(
            Text('"new", "all" or a duration', values.parse_start, example="7 days"),
            "first contact: only what arrives from now on, what is younger than that, or all",
            '"new"',
        ),
        late=Key(_SPAN, "what is decided so long after its arrival gets no reply", '"12h"'),
        reply_fuse=Key(
            Text("a rate", values.parse_rate, example="60 per hour", shape=r"^\s*\d+\s*(per|a|/)\s*\w+\s*$"),
            "replies beyond it are held, with one alarm",
            '"60 per hour"',
        ),
        authserv_id=Key(
            Many(Text("an authserv-id", values.parse_authserv_id, example="mx.roth.example")),
            'whose Authentication-Results to believe; "*.host.example" too; "microsoft365" for Microsoft',
        ),
        require_auth=Key(
            Text(words=("always", "if-known", "never")),
            "whether a reply needs an authenticated sender; if-known: where the server says anything",
            '"if-known"',
        ),
        envelope=Key(Text(words=("auto", "null", "me")), "envelope sender of replies", '"auto"'),
        save_sent=Key(Text(words=("auto", "yes", "no")), "whether a copy is put into the sent folder", '"auto"'),
        precedence=Key(Text(words=("none", "bulk")), "a Precedence field in replies", '"none"'),
    ),
    about="one mailbox",
)

TELEPHONE = Table(
    table(
        **{"from": Key(Many(_GLOB), "who sends your voicemail and missed-call notices, beside the built-in systems")},
        region=Key(Text("a country", values.parse_region, example="DE", shape="^[A-Z]{2}$"), "for national numbers"),
    ),
    about="whose mails are notices of callers",
)

CLIENT = Table(
    table(
        name=Key(Text("a name", example="Harbor Trust"), "how replies name it", "the label"),
        **{"from": Key(Many(_GLOB), "whose mail it is; exact address beats domain beats other patterns")},
        people=Key(
            Table(
                others=Others(
                    Text("a name"),
                    "how to address this person",
                    "an address",
                    values.parse_address,
                    _ADDRESS_SHAPE,
                    "gary@harbor.example",
                )
            ),
            "how to address them",
        ),
        phones=Key(Many(Text("a number", example="+44 20 7946 0018")), "whose voicemail is this client's"),
        mail=Key(_ADDRESS, "where to write to a caller", "the first plain address of `from`"),
        language=Key(LANGUAGE, "of the replies", "that of the message, if detected and the reply has it, else yours"),
        timezone=Key(_ZONE, "in which replies state times", "yours"),
        hours=Key(
            Table(
                table(on=HOURS.keys["on"], holidays=HOURS.keys["holidays"]),
                others=WEEK,
            ),
            "the hours that were agreed, in the client's zone, for the report",
        ),
        tier=Key(Text("a word", example="standard"), "a word that rules may ask for"),
        calls=Key(
            Many(Text("a standing call", values.parse_call, example="fri 10:00 for 45m")),
            "standing calls, in your zone, 30 minutes if nothing is said",
        ),
        passes=Key(
            Text(
                "a number of passes",
                values.parse_allowance,
                example="2 per week",
                shape=r"^\s*\d+\s*(per|a|/)\s*(day|week|month)\s*$",
            ),
            "last-minute urgent passes, from midnight, Monday or the first on, in your zone",
            "none",
        ),
        delegate=Key(LABEL, "who looks after it: a [delegate.NAME]"),
        always=Key(Text(words=("urgent",)), "no rule can defer or leave it"),
        replies=Key(Flag(), "false: never an autoreply, draft or slip", "true"),
        mode=Key(Text(words=("observe", "draft", "send")), "as in [account.NAME], for this client", "the account's"),
    ),
    about="one customer",
)

DELEGATE = Table(
    table(
        name=Key(Text("a name", example="Tom"), "the name", required=True),
        address=Key(_ADDRESS, "the address", required=True),
    ),
    about="somebody who looks after something",
)


def _by_language(kind: Text, about: str) -> Either:
    return Either((kind, Table(others=Others(kind, about, "a language", values.parse_language, "^[a-z]{2,3}$", "en"))))


REPLY = Table(
    table(
        send=Key(MOMENT, "when it goes, counted from the decision", '"in 10m"'),
        every=Key(_SPAN, "at most one per correspondent in this time", '"1 day"'),
        subject=Key(
            _by_language(Text("a text", empty=True), "the subject in this language"),
            "a subject of its own",
            "the language's reply prefix and the subject",
        ),
        text=Key(
            _by_language(Text("a text", lines=True), "the text in this language"),
            "the text, Jinja2; alone it is in your language",
            required=True,
        ),
    ),
    about="a text that tells the client when an answer will come",
)


NOTIFY = Table(
    table(
        url=Key(SECRET, "any Apprise URL, or where it is", required=True),
        every=Key(_SPAN, "at most one push per client in this time; the next says how many came", "each is pushed"),
    ),
    about="where a push goes",
)

PROMISES = Table(
    table(
        warn=Key(_SPAN, "a note into the inbox so long before an answer falls due", '"2h"'),
        slip=Key(Text(words=("off", "draft", "send")), "a short honest second mail when it will not be kept", '"off"'),
        slip_reply=Key(
            Text("a reply's label", example="slip"), "a [reply.NAME] for it", "built-in text in en, de, fr, es"
        ),
        notify=Key(Many(Text("a channel", example="phone")), "the [notify.NAME] that are told", "none"),
    ),
    about="how promises are watched",
)

DIGEST = Table(
    table(
        at=Key(
            Text("a time of day", values.parse_clock, example="16:30"),
            "on days with office hours, into the first account's inbox: what lies aside, what came back, what is urgent and"
            " without an answer, replies that did not go",
            "no digest",
        ),
        agenda=Key(
            Text("a moment", values.parse_moment, example="30m before next call"), "per client with a call", "no agenda"
        ),
    ),
    about="what is delivered into the inbox",
)

REPORT = Table(
    table(weekly=Key(Text("a moment", values.parse_moment, example="fri 14:00"), "the week's report, as mail", "none")),
    about="reports that come by themselves",
)
