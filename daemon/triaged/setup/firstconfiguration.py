"""The first configuration as a commented text: answers go in, TOML comes out. It holds no secret and changes nothing by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from triaged.core.address import organisation
from triaged.core.settings import Server, Tls
from triaged.core.tomltext import listed, quoted
from triaged.setup.hourswords import USUAL, hours_lines
from triaged.setup.shippedexamples import Fitting, fitted
from triaged.setup.vouching import line_to_write
from triaged.words import LEXICON

_PEOPLE = 4  # named in a client's table


@dataclass(frozen=True, slots=True)
class Client:
    """One on the roster."""

    label: str
    name: str
    patterns: tuple[str, ...]
    note: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    form: str = ""
    phones: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    delegate: str = ""
    always_urgent: bool = False
    replies: bool = True


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who can help."""

    label: str
    name: str
    address: str


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
    example: str = "triaged"  # the shipped example whose rules these are
    passes: bool = True
    team: str = ""
    hours: str = USUAL
    holidays: str = ""
    telephones: tuple[str, ...] = ()
    region: str = ""
    calendar: str = ""  # the file that holds its address
    no_calls: tuple[str, ...] = ()
    clients: tuple[Client, ...] = ()
    delegates: tuple[Delegate, ...] = ()
    page: str = ""
    page_url: str = ""
    texts: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Her own words, by reply, language and the client they are for alone; "": for all."""

    @property
    def languages(self) -> tuple[str, ...]:
        """In use, hers first."""
        return tuple(dict.fromkeys([self.language, *(one.language for one in self.clients if one.language)]))


def first_configuration(answers: Answers) -> str:
    """The text of the file."""
    return "\n".join(part for part in _parts(answers) if part)


def _parts(answers: Answers) -> Sequence[str]:
    helpers, calls = [one.label for one in answers.delegates], any(one.calls for one in answers.clients)
    names = {one.label: one.name for one in answers.clients}
    fitting = Fitting(answers.languages, names or {"example": ""}, helpers, answers.texts, calls)
    return (
        _HEAD,
        _service(answers),
        _me(answers),
        _hours(answers),
        _account(answers),
        _telephone(answers),
        _calendar(answers),
        _roster(answers),
        "\n".join(_delegate(one) for one in answers.delegates),
        _RULES + _with_papers(fitted(answers.example, fitting), answers),
        _snooze(answers.language),
    )


def _with_papers(text: str, answers: Answers) -> str:
    """Clients with calls read before each what there is for it: in Drafts first."""
    if not any(one.calls and one.people and one.replies for one in answers.clients):
        return text
    if "\n[digest]" not in text:
        return f"{text}\n[digest]\n{_AGENDA}{_PAPERS}"
    return text.replace("\n[digest]\n", f"\n[digest]\n{_PAPERS}")


_AGENDA = 'agenda = "30m before next call" # what waits for the call, in one mail\n'
_PAPERS = 'agenda_to_client = "draft" # the day before, in Drafts: “for our call I have: …”; with "send" it goes, after three by hand\n'
_HEAD = """\
# triaged: what is urgent, what can wait, and what clients are told. Change this file, then:
#
#   triaged check      says what is wrong with it, and what to write instead
#   triaged replay     shows what would have happened to mail that is already there
#   triaged go draft   replies wait in Drafts; `triaged go send`: they go out
"""
_RULES = """\
# What clients are told, and the rules: the first that matches decides, top to bottom. Nothing is sent before mode says so.
# For pushes to your telephone add [notify.phone] with its url, and notify = ["phone"] to a rule that is urgent.
"""


def label_of(pattern: str, taken: Sequence[str] = ()) -> str:
    """A table name for a roster pattern: "*@mail.harbor-trust.example" -> "harbor-trust"."""
    local, _, domain = pattern.rpartition("@")
    word = organisation(domain).partition(".")[0] if local == "*" else local.partition("+")[0]
    base = re.sub(r"[^a-z0-9_-]+", "-", word.casefold()).strip("-") or "client"
    names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _service(answers: Answers) -> str:
    if not answers.page:
        return ""
    lines = ["[service]", f"page = {quoted(answers.page)} # yours: `triaged page` gives a link that signs in"]
    if answers.page_url:
        lines.append(f"page_url = {quoted(answers.page_url)}")
    return "\n".join(lines) + "\n"


def _me(answers: Answers) -> str:
    team = f"team = {listed([answers.team])}" if answers.team else '# team = ["*@…"] '
    return (
        f"[me]\nname = {quoted(answers.name)}\nlanguage = {quoted(answers.language)}\n"
        f"timezone = {quoted(answers.timezone)}\n{team} # whose mail to a client counts as an answer too\n"
    )


def _hours(answers: Answers) -> str:
    lines = ['[hours] # when you are available; everything "office" below follows it']
    for days, spans in hours_lines(answers.hours):
        lines.append(f"{quoted(days) if ',' in days else days} = {listed(spans)}")
    lines += [
        f"holidays = {quoted(answers.holidays)} # country, or country-subdivision: DE-BE, GB-SCT, US-CA, …",
        '# away = ["2026-12-24..2027-01-03"]',
        '# focus = { tue = "09:00-11:00" } # inside office hours, but not available',
    ]
    return "\n".join(lines) + "\n"


def _account(answers: Answers) -> str:
    lines = [
        "[account.work]",
        'mode = "observe" # decides and logs, touches nothing. Then "draft": replies wait in Drafts. Then "send".',
        f"addresses = {listed(answers.addresses)} # all that are you; replies come from the one that was written to",
        f"imap = {_server(answers.imap, 993, answers.sign_in)}",
    ]
    if answers.smtp is not None:
        lines.append(f"smtp = {_server(answers.smtp, 465)} # user and password as in imap")
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


def _telephone(answers: Answers) -> str:
    if not answers.telephones:
        return ""
    region = f"region = {quoted(answers.region)} # for numbers without a country\n" if answers.region else ""
    said = "# voicemail and missed calls arrive as mail, and count as the caller's"
    return f"[telephone] {said}\nfrom = {listed(answers.telephones)}\n{region}"


def _calendar(answers: Answers) -> str:
    if not answers.calendar:
        return ""
    lines = [
        "[calendar.mine] # read, never written: a call that moves there moves promise and return",
        f"url = {{ file = {quoted(answers.calendar)} }} # its address, which is a key to it",
    ]
    if answers.no_calls:
        lines.append(f"no_calls = {listed(answers.no_calls)} # these are calls with nobody")
    return "\n".join(lines) + "\n"


def _roster(answers: Answers) -> str:
    head = "# The roster: only mail from clients is triaged, anything else is left alone.\n"
    if not answers.clients:
        return head + _NO_CLIENT.format(passes=_PASSES if answers.passes else f"# {_PASSES}")
    return head + "\n".join(_client(one, passes=answers.passes) for one in answers.clients)


_PASSES = 'passes = "2 per week" # how often “today” may mean today'
_NO_CLIENT = """\
[client.example]
name = "Somebody"
from = ["*@client.example"] # put your first client here
{passes}
# calls = ["fri 10:00 for 45m"] # a standing call; then a rule can say promise = "next call"
# timezone = "Europe/London"
"""


def _client(client: Client, *, passes: bool) -> str:
    lines = [
        f"[client.{client.label}]{f' # {client.note}' if client.note else ''}",
        f"name = {quoted(client.name)}",
        f"from = {listed(client.patterns)}",
    ]
    if client.people:
        inner = ", ".join(f"{quoted(key)} = {quoted(said)}" for key, said in [*client.people.items()][:_PEOPLE])
        lines.append(f"people = {{ {inner} }} # how replies address them")
    if client.language:
        lines.append(f"language = {quoted(client.language)}")
    if client.form == "familiar":
        lines.append('address = "familiar" # du, tu, tú')
    if (client.phones or client.calls) and client.people:
        lines.append(f"mail = {quoted(next(iter(client.people)))} # whom to write to about a call")
    if client.phones and client.people:
        lines.append(f"phones = {listed(client.phones)} # whose voicemail is theirs")
    if client.calls:
        lines.append(f"calls = {listed(client.calls)} # standing calls, in your zone")
    if client.delegate:
        lines.append(f"delegate = {quoted(client.delegate)}")
    if client.always_urgent:
        lines.append('always = "urgent"')
    if not client.replies:
        lines.append("replies = false # never an automatic reply")
    elif passes:
        lines.append(_PASSES)
    return "\n".join(lines) + "\n"


def _delegate(one: Delegate) -> str:
    return f"[delegate.{one.label}]\nname = {quoted(one.name)}\naddress = {quoted(one.address)}\n"


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
