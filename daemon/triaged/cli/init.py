"""`triaged init`: a first configuration, from a short conversation or from flags. It never overwrites anything."""

import argparse
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli.common import number_of
from triaged.cli.newfile import new_file, refuse_a_place
from triaged.cli.talk import Question, Talk
from triaged.config import default_path, first_path, load, state_file
from triaged.config.parsers import parse_authserv_id, parse_language
from triaged.config.timezones import parse_zone
from triaged.core.address import Address, read_address
from triaged.core.authres import refused_id
from triaged.core.errors import TriagedError
from triaged.core.provider import Provider
from triaged.core.providers import provider_of
from triaged.core.settings import Server, Tls
from triaged.installkey import with_a_first_configuration

if TYPE_CHECKING:  # they bring the libraries of mail with them, and `--help` needs none
    from triaged.mailbox import Session
    from triaged.setup.firstconfiguration import Answers
    from triaged.setup.firstlook import Seen
    from triaged.setup.likelyclients import Correspondent
    from triaged.setup.vouching import Vouching

_PROPOSED = 10
_BOTH_WAYS = 2  # messages each way make a likely client
_PASSWORD_FLAGS = "--password-file, --env or --keyring"  # noqa: S105 — names of options
_IMAP, _SMTP = (993, Tls.IMPLICIT), (465, Tls.IMPLICIT)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Make a first configuration: find the servers, try the sign-in, see who your clients may be, write a commented"
        " file in mode “observe”, check it, and rehearse it on your mail. Whatever is not given is asked."
    )
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="where to write it (default: $TRIAGED_CONFIG, else ~/.config/triaged/triaged.toml)",
    )
    parser.add_argument("--address", action="append", metavar="ADDRESS", help="your address; again for further ones")
    parser.add_argument("--name", metavar="NAME", help="your name, as clients read it")
    parser.add_argument("--imap", metavar="HOST[:PORT[/TLS]]", help="IMAP server; TLS: implicit, starttls or none")
    parser.add_argument("--smtp", metavar="HOST[:PORT[/TLS]]", help="submission server, or none")
    parser.add_argument("--user", metavar="USER", help="who signs in")
    parser.add_argument("--trust-ca", type=Path, metavar="FILE", help="certificates to trust instead of the system's")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--password-file", type=Path, metavar="FILE", help="the password is in this file")
    kept.add_argument("--env", metavar="VARIABLE", help="the password is in this environment variable")
    kept.add_argument("--keyring", metavar="SERVICE", help="the password is in the key ring")
    kept.add_argument(
        "--credential", metavar="NAME", help="the password will be this systemd credential; it is asked once"
    )
    parser.add_argument("--client-id", metavar="ID", help="of your OAuth application, where no password is taken")
    parser.add_argument("--language", metavar="LANGUAGE", help="of your replies: en, de, fr, es, …")
    parser.add_argument("--timezone", metavar="ZONE", help="yours, like Europe/Berlin")
    parser.add_argument("--authserv-id", metavar="ID", help="your own server's name in Authentication-Results, or none")
    parser.add_argument("--clients", metavar="NUMBERS", help='which of the proposed clients: "1,3", "all", "none"')
    parser.add_argument(
        "--months", type=number_of("months", 120), default=3, metavar="N", help="how far back to look (default: 3)"
    )
    parser.add_argument("--no-replay", action="store_true", help="do not rehearse it on your mail")
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing, take every proposal")


def run(args: argparse.Namespace) -> int:
    path = (args.config or first_path()).absolute()
    refuse_a_place(path)
    conversation = _Conversation(args, path)
    asyncio.run(conversation.hold())
    return conversation.end()


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """Whose mail it is, and where it lies."""

    addresses: tuple[Address, ...]
    imap: Server
    smtp: Server | None


class _Conversation:
    """From the first question to the next step."""

    def __init__(self, args: argparse.Namespace, path: Path) -> None:
        self._args = args
        self._path = path
        self._talk = Talk(silent=args.yes)
        self._password = ""
        self._looked = False

    async def hold(self) -> None:
        self._talk.say("A first configuration, that only observes: nothing is moved, nothing is sent.\n")
        addresses = self._addresses()
        provider = provider_of(addresses[0].domain)
        if provider:
            self._talk.say(f"  That is {provider.name}. {provider.hint}".rstrip())
        imap = await self._imap(addresses[0], provider)
        mailbox = _Mailbox(addresses, imap, await self._smtp(addresses[0], provider, imap))
        if provider and not provider.passwords and not self._keeps_password():
            answers = self._answers(mailbox, self._oauth(provider), None)
        else:
            async with self._signed_in(imap) as session:
                seen = await self._seen(session, addresses)
            await self._try_smtp(mailbox.smtp, addresses[0])
            answers = self._answers(mailbox, self._kept(), seen)
            self._looked = True
        self._write(answers)

    # --- where the servers are ---

    def _addresses(self) -> tuple[Address, ...]:
        given = self._args.address or [None]
        told = [self._talk.ask(Question("Your address", "--address", each, check=_no_address)) for each in given]
        return tuple(address for each in told if (address := read_address(each)) is not None)

    async def _imap(self, address: Address, provider: Provider | None) -> Server:
        from triaged.setup.firstlook import candidates

        usual = (provider.imap, provider.imap_port, provider.imap_tls) if provider else ("", *_IMAP)
        guesses = [imap for imap, _ in candidates(address.domain)]
        server = await self._server(Question("IMAP server", "--imap", self._args.imap), usual, guesses)
        user = self._talk.ask(Question("User", "--user", self._args.user, address.spec))
        return replace(server, user=user, trust_ca=self._args.trust_ca)

    async def _smtp(self, address: Address, provider: Provider | None, imap: Server) -> Server | None:
        if self._args.smtp == "none":
            return None
        from triaged.setup.firstlook import candidates

        usual = (provider.smtp, provider.smtp_port, provider.smtp_tls) if provider else ("", *_SMTP)
        guesses = [smtp for _, smtp in candidates(address.domain)]
        server = await self._server(Question("SMTP server for replies", "--smtp", self._args.smtp), usual, guesses)
        return None if server.host == "none" else replace(server, user=imap.user, trust_ca=imap.trust_ca)

    async def _server(self, question: Question, usual: tuple[str, int, Tls], guesses: Sequence[str]) -> Server:
        """As given, else as asked with the provider's (or the first guess that listens) as proposal."""
        from triaged.setup.firstlook import first_that_listens

        host, port, tls = usual
        if not host and not question.given:
            host = await first_that_listens(guesses, port) or guesses[0]
        answer = self._talk.ask(replace(question, proposal=host, check=_no_server))
        return Server(host, port, tls, None, None) if answer == host else _read_server(answer, port)

    # --- signing in ---

    def _keeps_password(self) -> bool:
        return any((self._args.password_file, self._args.env, self._args.keyring, self._args.credential))

    @asynccontextmanager
    async def _signed_in(self, imap: Server) -> "AsyncIterator[Session]":
        from triaged.mailbox import AuthFailed, Pools, Session

        pools = Pools(commands=2, connects=2)
        session = Session(imap, pools, secret=self._secret)
        try:
            while True:
                self._password = self._ask_password(imap)
                try:
                    await session.open()
                    break
                except AuthFailed as error:
                    if not self._talk.repeats or self._is_known():
                        raise
                    self._talk.say(f"  {str(error).rstrip('.')}. Once more, please.")
            self._talk.say(f"  Signed in at {imap.host} ({session.profile.name}).")
            yield session
        finally:
            await session.close()
            pools.close()

    async def _secret(self) -> str:
        return self._password

    def _is_known(self) -> bool:
        """Whether the password is somewhere already, so that asking is no use."""
        return any((self._args.password_file, self._args.env, self._args.keyring))

    def _ask_password(self, imap: Server) -> str:
        from triaged.config import read_secret
        from triaged.core.settings import EnvSecret, FileSecret, KeyringSecret, Secret

        where: Secret | None = None
        if self._args.password_file:
            where = FileSecret(self._args.password_file)
        elif self._args.env:
            where = EnvSecret(self._args.env)
        elif self._args.keyring:
            where = KeyringSecret(self._args.keyring)
        if where is not None:
            return read_secret(where, user=imap.user or "", service=imap.host)
        return self._talk.ask_secret(f"Password of {imap.user}", flags=_PASSWORD_FLAGS)

    def _oauth(self, provider: Provider) -> str:
        from triaged.setup.firstconfiguration import quoted

        assert provider.authorization is not None
        self._talk.say("  The sign-in comes after this, with `triaged auth login work`; your mail is looked at then.")
        client_id = self._talk.ask(Question("Client id of your OAuth application", "--client-id", self._args.client_id))
        return f"oauth = {{ provider = {quoted(provider.authorization.name)}, client_id = {quoted(client_id)} }}"

    def _kept(self) -> str:
        """Where the password is, as a key of the table; one that was typed goes into a file that only you can read."""
        from triaged.setup.firstconfiguration import quoted

        args = self._args
        if args.password_file:
            return f"password = {{ file = {quoted(str(args.password_file.absolute()))} }}"
        if args.env:
            return f"password = {{ env = {quoted(args.env)} }}"
        if args.keyring:
            return f"password = {{ keyring = {quoted(args.keyring)} }}"
        if args.credential:
            return f"password = {{ credential = {quoted(args.credential)} }}"
        return f"password = {{ file = {quoted(str(self._password_file))} }}"

    @property
    def _password_file(self) -> Path:
        return self._path.with_suffix(".password")

    async def _try_smtp(self, smtp: Server | None, me: Address) -> None:
        if smtp is None:
            return
        from triaged.core.settings import TextSecret
        from triaged.delivery import SmtpDelivery

        delivery = SmtpDelivery(replace(smtp, password=TextSecret(self._password)), password=self._secret)
        probe = await delivery.probe(me)
        if probe.trouble:
            self._talk.say(
                f"  {smtp.host} does not take replies yet: {probe.trouble}\n  It is written down all the same."
            )
        else:
            self._talk.say(f"  {smtp.host} takes replies: {probe.how}.")

    # --- what the mailbox shows ---

    async def _seen(self, session: "Session", mine: Sequence[Address]) -> "Seen":
        from triaged.setup.firstlook import look_around

        self._talk.say(f"  Looking at the headers of the last {self._args.months} months …")
        seen = await look_around(session, mine, datetime.now(UTC) - timedelta(days=30 * self._args.months))
        self._talk.say(f"  {seen.messages} messages in the inbox; sent mail is in {seen.sent or '(no folder found)'}.")
        return seen

    def _answers(self, mailbox: _Mailbox, sign_in: str, seen: "Seen | None") -> "Answers":
        from triaged.setup.firstconfiguration import Answers

        talk, args = self._talk, self._args
        talk.say()
        usual = (seen.name if seen else "") or mailbox.addresses[0].local.replace(".", " ").title()
        return Answers(
            name=talk.ask(Question("Your name", "--name", args.name, usual)),
            language=talk.ask(
                Question("Language of your replies", "--language", args.language, _own_language(), _no_language)
            ),
            timezone=talk.ask(Question("Your time zone", "--timezone", args.timezone, _own_zone(), _no_zone)),
            addresses=tuple(address.spec for address in mailbox.addresses),
            imap=mailbox.imap,
            sign_in=sign_in,
            smtp=mailbox.smtp,
            authserv_ids=self._authserv_ids(seen.vouching) if seen else (),
            clients=tuple(self._clients(seen.clients)) if seen else (),
        )

    def _authserv_ids(self, seen: "Vouching") -> tuple[str, ...]:
        """Proposed on evidence; else asked, where there is anything to ask about."""
        from triaged.setup.vouching import usable

        given = self._args.authserv_id
        if given is None and (seen.proposed or not usable(seen.seen)):
            return seen.proposed
        if given is None:
            self._talk.say(
                f"  Who vouches for senders? Seen in {seen.mails} mails of {seen.domains} domains: {seen}. That is too little"
                " to go by, and anybody can write such a field."
            )
        text = "The name of your own server, if it is among them, or none"
        answer = self._talk.ask(Question(text, "--authserv-id", given, "none", _no_authserv_id))
        return () if answer == "none" else (answer,)

    def _clients(self, likely: "Sequence[Correspondent]") -> "list[Correspondent]":
        shown = likely[:_PROPOSED]
        if not shown:
            self._talk.say("  Nobody writes to you often enough to be proposed: put your clients into the file.")
            return []
        self._talk.say("\nWho writes to you, and whom do you answer?")
        for number, one in enumerate(shown, 1):
            people = ", ".join(list(one.people.values())[:3])
            self._talk.say(f"  {number:>2}  {one.pattern:<34} {one.came:>4} came {one.went:>4} went   {people}")
        usual = [n for n, one in enumerate(shown, 1) if min(one.came, one.went) >= _BOTH_WAYS]
        question = Question("Which of them are clients", "--clients", self._args.clients)
        chosen = self._talk.choose(question, len(shown), usual)
        return [shown[number - 1] for number in chosen]

    # --- the file, and what comes after it ---

    def _write(self, answers: "Answers") -> None:
        from triaged.setup.firstconfiguration import first_configuration

        text = first_configuration(answers)
        if f'"{self._password_file}"' in text:
            new_file(self._password_file, self._password + "\n", 0o600)
            self._talk.say(f"\nThe password is in {self._password_file}; only you can read it.")
        try:
            new_file(self._path, text, 0o644)
        except BaseException:
            with contextlib.suppress(OSError):
                self._password_file.unlink(missing_ok=True)
            raise
        self._talk.say(f"Written: {self._path}")

    def end(self) -> int:
        """Check the file, rehearse it, and say what comes next; 78 if it is not valid."""
        loaded = load(self._path)
        for problem in loaded.problems:
            self._talk.say(f"  {problem}")
        if not loaded.usable or loaded.errors:
            self._talk.say("It has to be mended: then `triaged check`.")
            return 78
        with_a_first_configuration(self._path, state_file(loaded).parent)
        # a credential is there only once systemd has started the service
        if self._looked and not self._args.no_replay and not self._args.credential:
            try:
                self._rehearse()
            except TriagedError as error:
                self._talk.say(f"  It could not be rehearsed: {error}")
        self._next()
        return 0

    def _rehearse(self) -> None:
        from triaged.cli import replay
        from triaged.cli.times import here

        self._talk.say("\nWhat these rules would have done with your inbox of the last 30 days:\n")
        replay.run(
            argparse.Namespace(
                config=self._path, json=False, person=None, source=["imap:work/INBOX"], against=None, since=here("30 days"),
                list=False, csv=None,
            )
        )  # fmt: skip

    def _next(self) -> None:
        here = "" if self._path == default_path().absolute() else f" -c {self._path}"
        steps = [
            (f"triaged check{here}", "after each edit: what is wrong, and what to write instead"),
            (f"triaged doctor{here}", "what your servers can, and what follows"),
            (f"triaged replay{here} imap:work/INBOX --list", "what would have happened to each message"),
            (f"triaged run{here}", "begin: it only observes until you change mode"),
        ]
        if self._args.credential:
            steps[1:] = [
                (f"triaged print-unit{here}", f"a unit; the password goes into its credential {self._args.credential}")
            ]
        if not self._looked:
            steps.insert(0, (f"triaged auth login work{here}", "sign in"))
        self._talk.say("\nNext:")
        self._talk.table(steps)


def _no_address(text: str) -> str:
    return "" if read_address(text) else f"{text!r} is no address that can be used"


def _no_server(text: str) -> str:
    host, port, tls = _parts(text)
    if host and (not port or port.isdecimal()) and (not tls or tls in {one.value for one in Tls}):
        return ""
    return f"{text!r} is no server: write HOST, HOST:PORT or HOST:PORT/starttls"


def _no_language(text: str) -> str:
    return _refused(parse_language, text)


def _no_authserv_id(text: str) -> str:
    return "" if text == "none" else _refused(parse_authserv_id, text) or (refused_id(text) or "")


def _no_zone(text: str) -> str:
    return _refused(parse_zone, text).replace(f'"{text}"', repr(text))


def _refused(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return ""


def _parts(text: str) -> tuple[str, str, str]:
    address, _, tls = text.strip().partition("/")
    host, _, port = address.partition(":")
    return host, port, tls


def _read_server(text: str, usual_port: int) -> Server:
    """`HOST[:PORT[/TLS]]`; without TLS it follows from the port."""
    host, port, tls = _parts(text)
    number = int(port) if port else usual_port
    usual = Tls.STARTTLS if number in _STARTTLS else Tls.IMPLICIT
    return Server(host, number, Tls(tls) if tls else usual, None, None)


_STARTTLS = (143, 587)


def _own_zone() -> str:
    """This machine's time zone; UTC where it does not say."""
    if zone := os.environ.get("TZ", "").lstrip(":"):
        return zone
    target = os.path.realpath("/etc/localtime")
    return target.partition("zoneinfo/")[2] or "UTC"


def _own_language() -> str:
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    language = said[:2].casefold()
    return language if language.isalpha() and language not in ("c", "po") else "en"
