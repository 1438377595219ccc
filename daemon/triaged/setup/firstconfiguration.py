"""The first configuration as a commented text: answers go in, TOML comes out. It holds no secret and changes nothing by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from triaged.core.settings import Server, Tls
from triaged.setup.likelyclients import Correspondent
from triaged.setup.tomltext import quoted
from triaged.setup.vouching import line_to_write
from triaged.words import LEXICON

_PEOPLE = 4  # named in a client's table


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said, and what was found out."""

    name: str
    language: str
    timezone: str
    addresses: tuple[str, ...]
    imap: Server
    sign_in: str  # a key of the imap table: password = { file = "…" }, or oauth = { … }
    smtp: Server | None
    authserv_ids: tuple[str, ...] = ()  # who vouches for senders
    clients: tuple[Correspondent, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)  # those that "auto" would not find


def first_configuration(answers: Answers) -> str:
    """The text of the file."""
    return "\n".join(
        [
            _HEAD,
            _me(answers),
            _HOURS,
            _account(answers),
            _roster(answers.clients),
            _rules(answers),
            _snooze(answers.language),
        ]
    )


_HEAD = """\
# triaged: what is urgent, what can wait, and what clients are told. Change this file, then:
#
#   triaged check      says what is wrong with it, and what to write instead
#   triaged replay     shows what would have happened to mail that is already there
#   triaged run        begins; a running one reads this file again on SIGHUP (systemctl reload triaged)
"""

_HOURS = """\
[hours] # when you are available; everything "office" below follows it
mon-fri = ["09:00-12:30", "13:30-17:00"]
# holidays = "DE-BE"              # country, or country-subdivision: GB-SCT, US-CA, …
# away = ["2026-12-24..2027-01-03"]
# focus = { tue = "09:00-11:00" } # inside office hours, but not available
"""


def label_of(pattern: str, taken: Sequence[str] = ()) -> str:
    """A table name for a roster pattern: "*@mail.harbor-trust.example" -> "harbor-trust"."""
    local, _, domain = pattern.rpartition("@")
    from triaged.core.address import organisation

    word = organisation(domain).partition(".")[0] if local == "*" else local.partition("+")[0]
    base = re.sub(r"[^a-z0-9_-]+", "-", word.casefold()).strip("-") or "client"
    names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _me(answers: Answers) -> str:
    return (
        f"[me]\nname = {quoted(answers.name)}\nlanguage = {quoted(answers.language)}\n"
        f"timezone = {quoted(answers.timezone)}\n"
        '# team = ["*@…"]  # whose mail to a client counts as an answer too\n'
    )


def _account(answers: Answers) -> str:
    addresses = ", ".join(quoted(each) for each in answers.addresses)
    lines = [
        "[account.work]",
        'mode = "observe" # decides and logs, touches nothing. Then "draft": replies wait in Drafts. Then "send".',
        f"addresses = [{addresses}] # all that are you; replies come from the one that was written to",
        f"imap = {_server(answers.imap, 993, answers.sign_in)}",
    ]
    if answers.smtp is not None:
        lines.append(f"smtp = {_server(answers.smtp, 465)} # user and password as in imap")
    if answers.folders:
        inner = ", ".join(f"{role} = {quoted(name)}" for role, name in answers.folders.items())
        lines.append(f"folders = {{ {inner} }}")
    lines.append(
        f"{line_to_write(answers.authserv_ids)} # whose word on senders is taken"
        if answers.authserv_ids
        else '# authserv_id = "…" # whose word on senders is taken; `triaged doctor` shows what is seen'
    )
    return "\n".join(lines) + "\n"


def _server(server: Server, usual_port: int, sign_in: str = "") -> str:
    told = [f"host = {quoted(server.host)}"]
    if server.port != usual_port:
        told.append(f"port = {server.port}")
    if server.tls is not Tls.IMPLICIT:
        told.append(f'tls = "{server.tls.value}"')
    if server.trust_ca is not None:
        told.append(f"trust_ca = {quoted(str(server.trust_ca))}")
    if sign_in:
        told.append(f"user = {quoted(server.user or '')}")
        told.append(sign_in)
    return "{ " + ", ".join(told) + " }"


def _roster(clients: Sequence[Correspondent]) -> str:
    head = "# The roster: only mail from clients is triaged, anything else is left alone.\n"
    if not clients:
        return head + _NO_CLIENT
    tables: list[str] = []
    labels: list[str] = []
    for client in clients:
        labels.append(label_of(client.pattern, labels))
        tables.append(_client(labels[-1], client, first=len(labels) == 1))
    return head + "\n".join(tables)


_NO_CLIENT = """\
[client.example]
name = "Somebody"
from = ["*@client.example"] # put your first client here
passes = "2 per week" # how often “today” may mean today
# calls = ["fri 10:00 for 45m"] # a standing call; then a rule can say promise = "next call"
# timezone = "Europe/London"
"""


def _client(label: str, client: Correspondent, *, first: bool) -> str:
    name = next(iter(client.people.values()), label) if "*" not in client.pattern else label.replace("-", " ").title()
    lines = [
        f"[client.{label}] # {client.came} messages came, {client.went} went",
        f"name = {quoted(name)}",
        f"from = [{quoted(client.pattern)}]",
    ]
    if client.people:
        inner = ", ".join(f"{quoted(key)} = {quoted(said)}" for key, said in [*client.people.items()][:_PEOPLE])
        lines.append(f"people = {{ {inner} }} # how replies address them")
    lines += [
        f'{"" if first else "# "}passes = "2 per week" # how often “today” may mean today',
        '# calls = ["fri 10:00 for 45m"] # a standing call; then a rule can say promise = "next call"',
        '# timezone = "Europe/London"',
    ]
    return "\n".join(lines) + "\n"


def _rules(answers: Answers) -> str:
    known = answers.language in LEXICON.writing("replies")
    language = answers.language if known else "en"
    said = f"text.{language}" if known else "text"
    return f'''\
# What clients are told. Nothing is sent before mode says so.
[reply.later]
{said} = """
{LEXICON.section(language, "replies")["first"]}"""

# Rules: the first that matches decides, top to bottom.
[[rule]]
name = "Something is down"
# In what was written, and in the subject only of a new thread: answers keep the subject, thanks as well.
when = {{ any = [{{ body = ["outage", "is down", "ausgefallen"] }}, {{ kind = "new", subject = ["outage", "down", "ausgefallen"] }}] }}
then = "urgent" # flagged; and pushed to your phone, once there is a [notify.phone]

[[rule]]
name = "A last-minute pass"
when = {{ hours = "office", any = [{{ body = ["today", "asap", "heute noch", "dringend"] }}, {{ kind = "new", subject = ["today", "asap", "heute noch", "dringend"] }}] }}
then = "urgent"
spends_pass = true # does not match when the client has none left: the next rule is tried

[[rule]]
name = "Newsletters stay where they are"
when = {{ kind = "list" }}
then = "leave"

[[rule]]
name = "Everything else waits"
then = "defer"
until = "start of office hours" # when it is back in the inbox
promise = "2 business days"     # what the client is told
reply = "later"
'''


def _snooze(language: str) -> str:
    """Folders below the deferred one, in the person's language."""
    whens = (
        '"3 office hours"',
        '"start of next office day"',
        '"start of next week"',
        '["30m before next call", "start of next office day"]',
        '"settled"',
    )
    named = zip(LEXICON.section(language, "commands")["folders"], whens, strict=True)
    lines = (f"{quoted(name)} = {when}" for name, when in named)
    return "\n".join(["# Folders in your mail program: what you drag there comes back then.", "[snooze]", *lines, ""])
