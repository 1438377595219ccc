"""Her address, her servers and the sign-in, tried at once: what is wrong is asked again alone, and nothing else.

A step on the network runs beside the conversation.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from triaged.cli.beginning.companies import hint_for_a_company
from triaged.cli.beginning.passwords import Kept
from triaged.cli.beginning.serverwords import is_server, read_server, written_server
from triaged.cli.beginning.tokens import TokenSignIn, sign_in_now
from triaged.cli.talk import Question, Talk
from triaged.core.address import Address, read_address
from triaged.core.provider import Provider
from triaged.core.providers import provider_at, provider_of
from triaged.core.settings import Server, TextSecret, Tls
from triaged.setup.firstconfiguration import Answers

if TYPE_CHECKING:  # it brings the library of mail with it, and `--help` needs none
    from triaged.mailbox import Session

T = TypeVar("T")
_IMAP, _SMTP = (993, Tls.IMPLICIT), (465, Tls.IMPLICIT)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose mail it is, where it lies, and how one signs in. `password` None: by OAuth, later."""

    addresses: tuple[Address, ...]
    imap: Server
    smtp: Server | None
    sign_in: str  # a key of the imap table
    password: str | None
    token: TokenSignIn | None = None  # where she has signed in by OAuth already

    @property
    def is_in(self) -> bool:
        """Whether her mail can be looked at."""
        return self.password is not None or self.token is not None


class SigningIn:
    """From her address to a mailbox that is open."""

    def __init__(self, talk: Talk, args: argparse.Namespace, kept: Kept) -> None:
        self._talk, self._args, self.kept = talk, args, kept
        self._words = talk.words
        self._explained = False

    def sign_in(self) -> SignedIn:
        """Ask until it works; where nobody can be asked again, the trouble is raised."""
        self.kept.refuse_a_strangers()
        addresses = self._addresses()
        provider = provider_of(addresses[0].domain)
        if provider:
            hint = self._words.of("hints", provider.hint)
            self._talk.tell(f"{self._words('that_is', name=provider.name)} {hint}".rstrip(), "  ")
        imap = self._imap(addresses[0], provider)
        there = provider or provider_at(imap)
        if self._takes_tokens(there):
            return self._with_a_token(addresses, there, imap)
        imap, password = self._opened(imap, addresses[0])
        smtp = self._tried(self._smtp(addresses[0], provider, imap), password, addresses[0])
        return SignedIn(addresses, imap, smtp, self.kept.as_key(), password)

    def _takes_tokens(self, there: Provider | None) -> bool:
        if self.kept.is_given:
            return False
        if self._args.issuer:
            return True
        return bool(there and there.authorization and (self._args.client_id or not there.passwords))

    def _with_a_token(self, addresses: tuple[Address, ...], there: Provider | None, imap: Server) -> SignedIn:
        if hint := hint_for_a_company(self._words, imap, addresses[0]):
            self._talk.tell(hint, "  ")
        smtp = self._smtp(addresses[0], there, imap)
        signed = SignedIn(addresses, imap, smtp, self.kept.oauth(there), None)
        if not self._talk.repeats:
            self._talk.tell(self._words("sign_in_later"), "  ")
            return signed
        asked = Answers(
            "nobody", "en", "UTC", tuple(one.spec for one in addresses), imap, signed.sign_in, smtp, clients=()
        )
        return replace(signed, token=sign_in_now(self._talk, asked))

    def _addresses(self) -> tuple[Address, ...]:
        given = self._args.address or [None]
        asked = Question(self._words("address"), "--address", check=self._no_addresses)
        told = [self._talk.ask(replace(asked, given=each)) for each in given]
        words = [word for each in told for word in each.replace(",", " ").split()]
        return tuple(address for word in words if (address := read_address(word)) is not None)

    # --- where the servers are ---

    def _imap(self, address: Address, provider: Provider | None) -> Server:
        from triaged.setup.firstlook import candidates

        usual = (provider.imap, provider.imap_port, provider.imap_tls) if provider else ("", *_IMAP)
        guesses = [imap for imap, _ in candidates(address.domain)]
        server = self._server(Question(self._words("imap"), "--imap", self._args.imap), usual, guesses)
        user = self._talk.ask(Question(self._words("user"), "--user", self._args.user, address.spec))
        return replace(server, user=user, trust_ca=self._args.trust_ca)

    def _smtp(self, address: Address, provider: Provider | None, imap: Server) -> Server | None:
        if self._args.smtp == "none":
            return None
        from triaged.setup.firstlook import candidates

        usual = (provider.smtp, provider.smtp_port, provider.smtp_tls) if provider else ("", *_SMTP)
        guesses = [smtp for _, smtp in candidates(address.domain)]
        server = self._server(self._smtp_question(self._args.smtp), usual, guesses)
        return None if server.host == "none" else replace(server, user=imap.user, trust_ca=imap.trust_ca)

    def _server(self, question: Question, usual: tuple[str, int, Tls], guesses: Sequence[str]) -> Server:
        """As given, else as asked with the provider's (or the first guess that listens) as proposal."""
        from triaged.setup.firstlook import first_that_listens

        host, port, tls = usual
        if not host and not question.given:
            if not self._talk.knows(question):
                self._explain()
            host = on_the_network(first_that_listens(guesses, port)) or guesses[0]
        answer = self._talk.ask(replace(question, proposal=host, check=self._no_server))
        return Server(host, port, tls, None, None) if answer == host else read_server(answer, port)

    # --- signing in ---

    def _opened(self, imap: Server, me: Address) -> tuple[Server, str]:
        """The server and the password with which it worked."""
        from triaged.mailbox import AuthFailed, MailboxError

        password = self.kept.password(imap)
        while True:
            self._talk.say(f"  {self._words('signing_in', host=imap.host)}")
            try:
                profile = on_the_network(with_session(imap, password, _profile))
                break
            except AuthFailed as error:
                if not self._talk.repeats or self.kept.is_elsewhere:
                    raise
                self._talk.tell(self._words("refused", host=imap.host, why=str(error).rstrip(".")), "  ")
                if hint := hint_for_a_company(self._words, imap, me):
                    self._talk.tell(f"\n{hint}", "  ")
                imap, password = self.kept.password_again(imap)
            except MailboxError as error:
                if not self._talk.repeats:
                    raise
                self._talk.tell(self._words("unreached", host=imap.host, why=str(error).rstrip(".")), "  ")
                imap = self._server_again(Question(self._words("imap"), "--imap"), imap, _IMAP[0])
        self._talk.tell(self._words("signed_in", host=imap.host, profile=profile), "  ")
        self.kept.worked(password)
        return imap, password

    def _server_again(self, question: Question, server: Server, usual_port: int) -> Server:
        """Another server, or the same once more; who signs in stays."""
        self._explain()
        proposal = written_server(server, usual_port)
        answer = self._talk.ask(replace(question, proposal=proposal, check=self._no_server))
        return replace(read_server(answer, usual_port), user=server.user, trust_ca=server.trust_ca)

    def _tried(self, smtp: Server | None, password: str, me: Address) -> Server | None:
        """The way out, tried: who sits there may correct it, else it is written down all the same."""
        from triaged.delivery import SmtpDelivery

        async def secret() -> str:
            return password

        while smtp is not None:
            delivery = SmtpDelivery(replace(smtp, password=TextSecret(password)), password=secret)
            probe = on_the_network(delivery.probe(me))
            if not probe.trouble:
                self._talk.tell(self._words("takes_replies", host=smtp.host, how=probe.how), "  ")
                return smtp
            self._talk.tell(self._words("no_replies_yet", host=smtp.host, why=probe.trouble), "  ")
            again = smtp
            if self._talk.repeats:
                self._talk.tell(self._words("another_server"), "  ")
                again = self._server_again(self._smtp_question(None), smtp, _SMTP[0])
            if again == smtp:
                self._talk.tell(self._words("written_all_the_same"), "  ")
                return smtp
            smtp = None if again.host == "none" else again
        return None

    def _explain(self) -> None:
        """How a server is written: at length once."""
        self._talk.tell(self._words("server_again" if self._explained else "server_explained"), "  ")
        self._explained = True

    def _smtp_question(self, given: str | None) -> Question:
        return Question(self._words("smtp"), "--smtp", given, words=("none",))

    def _no_server(self, text: str) -> str:
        return "" if is_server(text) else self._words("no_server", text=text)

    def _no_addresses(self, text: str) -> str:
        wrong = next((word for word in text.replace(",", " ").split() if not read_address(word)), None)
        return "" if wrong is None else self._words("no_address", text=wrong)


def on_the_network(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: whatever a server does, it keeps nobody from ending."""
    thread = ThreadPoolExecutor(1)
    try:
        return thread.submit(asyncio.run, work).result()
    finally:
        thread.shutdown(wait=False)


async def with_session(imap: Server, password: str, work: "Callable[[Session], Awaitable[T]]") -> T:
    """Do something in a mailbox that is opened for it."""
    from triaged.mailbox import Pools, Session

    async def secret() -> str:
        return password

    pools = Pools(commands=2, connects=2)
    session = Session(imap, pools, secret=secret)
    try:
        await session.open()
        return await work(session)
    finally:
        await session.close()
        pools.close()


async def _profile(session: "Session") -> str:
    return session.profile.name
