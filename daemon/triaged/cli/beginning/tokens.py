"""Signing in with OAuth while she sits there, so that her mail can be looked at as after a password."""

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from triaged.cli.talk import Question, Talk
from triaged.config import load, state_file
from triaged.core.errors import TriagedError
from triaged.core.settings import Account
from triaged.setup.firstconfiguration import Answers, first_configuration

if TYPE_CHECKING:  # it brings the library of mail with it
    from triaged.mailbox import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TokenSignIn:
    """An account whose token is kept in the state folder."""

    account: Account
    folder: Path

    async def with_session(self, work: "Callable[[Session], Awaitable[T]]") -> T:
        """Do something in its mailbox."""
        from triaged.mailbox import Pools, Session
        from triaged.service.tokens import outside

        signing, _ = outside(self.folder, self.account)
        assert signing is not None  # it was signed in with a token
        pools = Pools(commands=2, connects=2)
        session = Session(self.account.imap, pools, token=signing.token, token_refused=signing.refused)
        try:
            await session.open()
            return await work(session)
        finally:
            await session.close()
            pools.close()


def sign_in_now(talk: Talk, answers: Answers) -> TokenSignIn | None:
    """Now, in a browser or with a code, as often as she wants to try; None: later."""
    question = Question(
        talk.words("sign_in_now"), "--sign-in-now", proposal="yes",
        check=lambda text: "" if text in ("yes", "no") else talk.words("yes_or_no"), words=("yes", "no"),
    )  # fmt: skip
    while talk.repeats and talk.ask(question) == "yes":
        talk.typed.forget(question.name)  # another time it is asked again
        try:
            return _signed_in(talk, answers)
        except TriagedError as error:
            talk.tell(talk.words("not_signed_in", why=str(error).rstrip(".")), "  ")
    talk.tell(talk.words("sign_in_later"), "  ")
    return None


def _signed_in(talk: Talk, answers: Answers) -> TokenSignIn:
    """Raises TriagedError: the provider, the person or the mail server said no."""
    from triaged.cli.auth import sign_in_account, try_mailbox, try_submission

    with tempfile.TemporaryDirectory(prefix="triaged-") as folder:
        file = Path(folder) / "signing-in.toml"
        file.write_text(first_configuration(answers), encoding="utf-8")
        loaded = load(file)
        if not loaded.persons:
            raise TriagedError(str(next(iter(loaded.errors))))
        account = loaded.persons[0].accounts[0]
        state = state_file(loaded).parent
    sign_in_account(state, account)
    try_mailbox(state, account)
    try:
        try_submission(state, account)
    except TriagedError as error:  # her mail can be looked at all the same
        talk.tell(f"{error}.", "  ")
    return TokenSignIn(account, state)
