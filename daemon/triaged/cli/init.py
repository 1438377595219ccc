"""`triaged init`: a first configuration, from a conversation or from flags. It never overwrites anything."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli.beginning.secrets import Kept
from triaged.cli.beginning.signingin import SignedIn, SigningIn, on_the_network, with_session
from triaged.cli.beginning.stopping import Stopping
from triaged.cli.beginning.typed import Typed
from triaged.cli.common import number_of
from triaged.cli.newfile import new_file, refuse_a_place
from triaged.cli.talk import Question, Talk
from triaged.config import default_path, first_path, load, state_file
from triaged.config.parsers import parse_authserv_id, parse_language
from triaged.config.timezones import parse_zone
from triaged.core.authres import refused_id
from triaged.core.errors import TriagedError
from triaged.installkey import with_a_first_configuration

if TYPE_CHECKING:  # they bring the libraries of mail with them, and `--help` needs none
    from triaged.mailbox import Session
    from triaged.setup.firstconfiguration import Answers
    from triaged.setup.firstlook import Seen
    from triaged.setup.likelyclients import Correspondent
    from triaged.setup.vouching import Vouching

_PROPOSED = 10
_BOTH_WAYS = 2  # messages each way make a likely client


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
    there = sys.stdin.isatty() and not args.yes
    talk = Talk(silent=args.yes, typed=Typed(path.with_suffix(".begun")) if there else None)
    stopping = Stopping(lambda: _stopped(path, kept=there))
    with stopping.watched():
        conversation = _Conversation(args, path, talk, stopping)
        conversation.hold()
        return conversation.end()


def _stopped(path: Path, *, kept: bool) -> str:
    if path.exists():
        return f"Stopped. Your configuration is whole: {path}"
    if not kept:
        return "Stopped. Nothing is configured yet."
    return "Stopped. Nothing is configured yet. What you have typed is kept: the next `triaged init` goes on there."


class _Conversation:
    """From the first question to the next step."""

    def __init__(self, args: argparse.Namespace, path: Path, talk: Talk, stopping: Stopping) -> None:
        self._stopping = stopping
        self._args = args
        self._path = path
        self._talk = talk
        self._looked = False

    def hold(self) -> None:
        self._talk.tell("A first configuration, that only observes: nothing is moved, nothing is sent.")
        self._talk.tell("Enter takes what stands in brackets. Ctrl-C stops; the next start goes on from there.\n")
        self._go_on()
        signing = SigningIn(self._talk, self._args, Kept(self._talk, self._args, self._path, self._stopping.held))
        signed = signing.sign_in()
        seen = self._seen(signed)
        self._looked = seen is not None
        answers = self._answers(signed, seen)
        with self._stopping.held():
            signing.kept.write()
            try:
                self._write(answers)
            except BaseException:
                signing.kept.take_back()
                raise

    def _go_on(self) -> None:
        typed = self._talk.typed
        if not typed.before:
            return
        address = typed.before.get("address", "")
        self._talk.tell(f"You have begun before{f' as {address}' if address else ''}.")
        if self._talk.ask(Question("Go on from there (yes or no)", "--go-on", None, "yes", _no_yes)) == "no":
            typed.forget_before()

    # --- what the mailbox shows ---

    def _seen(self, signed: SignedIn) -> "Seen | None":
        if signed.password is None:
            return None
        from triaged.setup.firstlook import look_around

        since = datetime.now(UTC) - timedelta(days=30 * self._args.months)

        async def look(session: "Session") -> "Seen":
            return await look_around(session, signed.addresses, since)

        self._talk.say(f"  Looking at the headers of the last {self._args.months} months …")
        seen = on_the_network(with_session(signed.imap, signed.password, look))
        self._talk.say(f"  {seen.messages} messages in the inbox; sent mail is in {seen.sent or '(no folder found)'}.")
        return seen

    def _answers(self, signed: SignedIn, seen: "Seen | None") -> "Answers":
        from triaged.setup.firstconfiguration import Answers

        talk, args = self._talk, self._args
        talk.say()
        usual = (seen.name if seen else "") or signed.addresses[0].local.replace(".", " ").title()
        return Answers(
            name=talk.ask(Question("Your name", "--name", args.name, usual)),
            language=talk.ask(
                Question("Language of your replies", "--language", args.language, _own_language(), _no_language)
            ),
            timezone=talk.ask(Question("Your time zone", "--timezone", args.timezone, _own_zone(), _no_zone)),
            addresses=tuple(address.spec for address in signed.addresses),
            imap=signed.imap,
            sign_in=signed.sign_in,
            smtp=signed.smtp,
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

        new_file(self._path, first_configuration(answers), 0o644)
        self._talk.typed.done()
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


def _no_yes(text: str) -> str:
    return "" if text in ("yes", "no") else "write yes or no"


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
