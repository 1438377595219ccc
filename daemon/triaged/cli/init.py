"""`triaged init`: a first configuration, from a conversation or from flags. It never overwrites anything."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli.beginning.nextsteps import tell_next
from triaged.cli.beginning.passwords import Kept
from triaged.cli.beginning.preview import preview
from triaged.cli.beginning.signingin import SignedIn, SigningIn, on_the_network, with_session
from triaged.cli.beginning.stopping import Stopping
from triaged.cli.beginning.typed import Typed
from triaged.cli.common import Failed, number_of
from triaged.cli.newfile import new_file, refuse_a_place
from triaged.cli.talk import Question, Talk
from triaged.config import Loaded, first_path, load, read_answers, state_file
from triaged.config.parsers import parse_authserv_id, parse_language, parse_listen, parse_page_url
from triaged.config.timezones import parse_zone
from triaged.core.authres import refused_id
from triaged.core.errors import TriagedError
from triaged.installkey import with_a_first_configuration
from triaged.setup.firstwords import FirstWords
from triaged.setup.ownzone import own_language

if TYPE_CHECKING:  # they bring the libraries of mail with them, and `--help` needs none
    from triaged.cli.beginning.story import Story
    from triaged.mailbox import Session
    from triaged.setup.firstconfiguration import Answers
    from triaged.setup.firstlook import Seen
    from triaged.setup.vouching import Vouching


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
    parser.add_argument(
        "--from",
        dest="answers",
        type=Path,
        metavar="FILE",
        help="take the answers from this TOML file, and ask nothing",
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
    parser.add_argument("--tenant", metavar="ID", help="of your organisation at Microsoft")
    parser.add_argument("--issuer", metavar="URL", help="who signs you in by OpenID, if it is a server of your own")
    parser.add_argument("--language", metavar="LANGUAGE", help="of your replies: en, de, fr, es, …")
    parser.add_argument("--timezone", metavar="ZONE", help="yours, like Europe/Berlin")
    parser.add_argument("--authserv-id", metavar="ID", help="your own server's name in Authentication-Results, or none")
    parser.add_argument("--situation", metavar="WHICH", help="calls, ringing, one-customer, shift or manager")
    parser.add_argument(
        "--clients", metavar="WHICH", help='numbers of the proposed ones or addresses: "1,3", "all", "none"'
    )
    parser.add_argument(
        "--months", type=number_of("months", 120), default=3, metavar="N", help="how far back to look (default: 3)"
    )
    parser.add_argument("--no-replay", action="store_true", help="do not rehearse it on your mail")
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing, take every proposal")


def run(args: argparse.Namespace) -> int:
    path = (args.config or first_path()).absolute()
    refuse_a_place(path)
    written = _from_file(args)
    silent = args.yes or bool(args.answers)
    there = sys.stdin.isatty() and not silent
    words = FirstWords(own_language())
    typed = Typed(path.with_suffix(".begun")) if there else None
    talk = Talk(silent=silent, written=written, typed=typed, words=words)
    stopping = Stopping(lambda: _stopped(words, path, kept=there))
    with stopping.watched():
        conversation = _Conversation(args, path, talk, stopping)
        conversation.hold()
        return conversation.end()


def _from_file(args: argparse.Namespace) -> dict[str, tuple[str, str]]:
    """The answers of `--from`; where the password is goes to the options that say so.

    Raises:
        Failed: the file has mistakes; each is told.
    """
    if args.answers is None:
        return {}
    found, problems = read_answers(args.answers)
    if problems:
        raise Failed("\n".join(["these answers cannot be used", *map(str, problems)]))
    for name in ("file", "env", "keyring", "credential"):
        if answer := found.pop(f"password.{name}", None):
            setattr(args, "password_file" if name == "file" else name, Path(answer[0]) if name == "file" else answer[0])
    return {name: (answer, str(place)) for name, (answer, place) in found.items()}


def _stopped(words: FirstWords, path: Path, *, kept: bool) -> str:
    if path.exists():
        return words("stopped_whole", path=path)
    return words("stopped_kept" if kept else "stopped")


class _Conversation:
    """From the first question to the next step."""

    def __init__(self, args: argparse.Namespace, path: Path, talk: Talk, stopping: Stopping) -> None:
        self._stopping = stopping
        self._args = args
        self._path = path
        self._talk = talk
        self._words = talk.words
        self._looked = False

    def hold(self) -> None:
        self._talk.tell(self._words("opening"))
        self._talk.tell(f"{self._words('brackets')}\n")
        kept = Kept(self._talk, self._args, self._path, self._stopping.held)
        self._go_on(kept)
        signing = SigningIn(self._talk, self._args, kept)
        signed = signing.sign_in()
        story = self._story(signed)
        self._looked = story.seen is not None
        self._ask(story)
        self._page(story)
        if not self._args.yes:
            preview(story)
        self._talk.refuse_what_is_left()
        answers = story.answers()
        with self._stopping.held():
            signing.kept.write()
            try:
                self._keep_the_feed(story)
                self._write(answers)
            except BaseException:
                signing.kept.take_back()
                raise

    def _keep_the_feed(self, story: "Story") -> None:
        from triaged.cli.beginning.story import calendar_file

        if story.feed:
            file = calendar_file(self._path)
            new_file(file, story.feed + "\n", 0o600)
            self._talk.tell(self._words("feed_kept", file=file), "  ")

    def _go_on(self, kept: Kept) -> None:
        typed = self._talk.typed
        if not typed.before:
            return
        address = typed.before.get("address", "")
        self._talk.tell(self._words("begun_as", address=address) if address else self._words("begun"))
        question = Question(
            self._words("go_on"), "--go-on", None, "yes",
            lambda text: "" if text in ("yes", "no") else self._words("yes_or_no"), words=("yes", "no"),
        )  # fmt: skip
        if self._talk.ask(question) == "no":
            kept.forget()
            typed.forget_before()

    # --- what the mailbox shows ---

    def _seen(self, signed: SignedIn, zone: str | None) -> "Seen | None":
        if not signed.is_in:
            return None
        from triaged.setup.firstlook import look_around

        since = datetime.now(UTC) - timedelta(days=30 * self._args.months)

        async def look(session: "Session") -> "Seen":
            return await look_around(session, signed.addresses, since, zone)

        self._talk.tell(self._words("looking", days=30 * self._args.months), "  ")
        if signed.token is not None:
            return on_the_network(signed.token.with_session(look))
        assert signed.password is not None
        return on_the_network(with_session(signed.imap, signed.password, look))

    def _story(self, signed: SignedIn) -> "Story":
        """What need not be asked, where her mail and this machine show it."""
        from triaged.cli.beginning.officetopics import zone_question
        from triaged.cli.beginning.story import Story
        from triaged.setup.ownzone import country_of, own_zone
        from triaged.setup.situations import SITUATIONS

        talk, args = self._talk, self._args
        asked = zone_question(talk, args.timezone)
        told = talk.ask(asked) if asked.given or talk.knows(asked) else None
        seen = self._seen(signed, told)
        zone = told or (seen.zone if seen else own_zone())
        usual = (seen.name if seen else "") or signed.addresses[0].local.replace(".", " ").title()
        asked = Question(self._words("name"), "--name", args.name, usual)
        name = talk.ask(_inferred(talk, asked) if seen and seen.name else asked)
        spoken = _most_spoken(seen) if seen else ""
        asked = Question(
            self._words("language"), "--language", args.language, spoken or own_language(), self._no_language
        )
        language = talk.ask(_inferred(talk, asked) if spoken else asked)
        return Story(
            talk, args, signed, seen, name, language, parse_zone(zone), country_of(zone), SITUATIONS[0], self._path,
            zone_is_told=told is not None,
        )  # fmt: skip

    def _ask(self, story: "Story") -> None:
        from triaged.cli.beginning import topics
        from triaged.setup.situations import SITUATIONS, likely_situation, situation_named
        from triaged.setup.threefacts import three_facts

        talk, words = self._talk, self._words
        talk.tell(words("who", name=story.name, language=words.of("languages", story.language)), "  ")
        if story.seen:
            story.authserv_ids = self._authserv_ids(story.seen.vouching)
            talk.say()
            talk.tell(words("in_these_days"))
            for fact in three_facts(story.seen, story.zone, words):
                talk.tell(f"- {fact}", "  ")
        talk.say()
        talk.tell(words("which"))
        for number, one in enumerate(SITUATIONS, 1):
            talk.say(f"  {number}  {words.of('situations', one.name)}")
        usual = str(SITUATIONS.index(likely_situation(story.seen)) + 1)
        question = Question(words("a_number"), "--situation", self._args.situation, usual, self._no_situation)
        found = situation_named(talk.ask(question))
        assert found is not None
        story.situation = found
        topics.ask(story)

    def _page(self, story: "Story") -> None:
        """Where it is: an administrator's answer, which nobody else is asked for."""
        address = Question("", "--page", check=lambda text: _refused(parse_listen, text))
        outside = Question("", "--page-url", check=lambda text: _refused(parse_page_url, text))
        if self._talk.knows(address):
            story.page = self._talk.ask(address)
            story.page_url = self._talk.ask(outside) if self._talk.knows(outside) else ""

    def _authserv_ids(self, seen: "Vouching") -> tuple[str, ...]:
        """Proposed on evidence; else asked, where there is anything to ask about."""
        from triaged.setup.vouching import usable

        given = self._args.authserv_id
        if given is None and (seen.proposed or not usable(seen.seen)):
            return seen.proposed
        if given is None:
            told = self._words("vouchers_seen", mails=seen.mails, domains=seen.domains, seen=seen)
            self._talk.say()
            self._talk.tell(told)
        question = Question(self._words("voucher"), "--authserv-id", given, "none", _no_authserv_id, words=("none",))
        answer = self._talk.ask(question)
        return () if answer == "none" else (answer,)

    def _write(self, answers: "Answers") -> None:
        from triaged.setup.firstconfiguration import first_configuration

        new_file(self._path, first_configuration(answers), 0o644)
        self._talk.typed.done()
        self._talk.say(f"\n{self._words('written')}\n{self._path}")

    def end(self) -> int:
        """Check the file, rehearse it, and say what comes next; 78 if it is not valid."""
        loaded = load(self._path)
        for problem in loaded.problems:
            self._talk.say(f"  {problem}")
        if not loaded.usable or loaded.errors:
            self._talk.tell(self._words("to_mend"))
            return 78
        with_a_first_configuration(self._path, state_file(loaded).parent)
        # a credential is there only once systemd has started the service
        if self._looked and not self._args.no_replay and not self._args.credential:
            try:
                self._rehearse(loaded)
            except TriagedError as error:
                self._talk.tell(self._words("not_rehearsed", why=error), "  ")
        self._talk.say()
        tell_next(self._talk, self._path, self._args.credential or "", looked=self._looked)
        return 0

    def _rehearse(self, loaded: Loaded) -> None:
        from triaged.cli.beginning.tenlines import ten_lines
        from triaged.cli.imap_source import fetched
        from triaged.rehearse.replaying import replay

        days = 30 * self._args.months
        self._talk.say()
        self._talk.tell(self._words("rehearsal", days=days))
        mail = fetched(loaded, "imap:work/INBOX", datetime.now(UTC) - timedelta(days=days))
        for line in ten_lines(replay(sorted(mail, key=lambda one: one.arrived), loaded.persons), self._words):
            self._talk.tell(f"- {line}", "  ")

    def _no_situation(self, text: str) -> str:
        from triaged.setup.situations import SITUATIONS, situation_named

        names = ", ".join(one.name for one in SITUATIONS)
        return (
            "" if situation_named(text) else self._words("no_situation", text=text, most=len(SITUATIONS), names=names)
        )

    def _no_language(self, text: str) -> str:
        return self._words("wrong_language", text=text, why=why) if (why := _refused(parse_language, text)) else ""


def _inferred(talk: Talk, question: Question) -> Question:
    """One whose proposal is taken without asking, unless the answer is known."""
    return question if question.given or talk.knows(question) else replace(question, given=question.proposal)


def _most_spoken(seen: "Seen") -> str:
    """The language that she writes to most of them."""
    languages = Counter(way.language for way in seen.ways.values() if way.language)
    return languages.most_common(1)[0][0] if languages else ""


def _no_authserv_id(text: str) -> str:
    return "" if text == "none" else _refused(parse_authserv_id, text) or (refused_id(text) or "")


def _refused(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return ""
