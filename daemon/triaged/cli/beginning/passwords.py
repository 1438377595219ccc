"""The password: where it is, or that it is asked, and where it will stay.

A typed one is written to a file beside the configuration, which only its owner reads, as soon as it has worked: so an end in
the middle loses it no more than anything else, and nothing else ever holds it. Where nobody types, the file comes with the
configuration, or not at all.
"""

import argparse
import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from triaged.cli.common import Failed
from triaged.cli.newfile import new_file
from triaged.cli.talk import Question, Talk
from triaged.core.provider import Provider
from triaged.core.settings import EnvSecret, FileSecret, KeyringSecret, Secret, Server
from triaged.core.tomltext import quoted
from triaged.statefolder import readers_of

_FLAGS = "--password-file, --env or --keyring"


class Kept:
    """The password of one conversation."""

    def __init__(
        self, talk: Talk, args: argparse.Namespace, path: Path, held: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._held = held
        self._talk, self._args = talk, args
        self.file = path.with_suffix(".password")
        self._typed = ""
        self._written = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is somewhere already, so that asking is no use."""
        return any((self._args.password_file, self._args.env, self._args.keyring))

    @property
    def is_given(self) -> bool:
        """Whether there is to be one, whatever the provider takes."""
        return self.is_elsewhere or bool(self._args.credential)

    def refuse_a_strangers(self) -> None:
        """A file that would be in the way of what is typed, before anything is.

        Raises:
            Failed: it is not of a conversation that was begun here.
        """
        if not self.is_given and self.file.exists() and "password-kept" not in self._talk.typed.before:
            raise Failed(f"{self.file} is there already: name it with --password-file, or write somewhere else with -c")

    def forget(self) -> None:
        """She begins anew: the one of the last time goes, too."""
        if "password-kept" in self._talk.typed.before:
            self.file.unlink(missing_ok=True)

    def password(self, imap: Server) -> str:
        """From where it is, else from the last time, else asked."""
        from triaged.config import read_secret

        where = self._where()
        if where is not None:
            return read_secret(where, user=imap.user or "", service=imap.host)
        if self._talk.typed.take("password-kept") and self.file.is_file():
            self._typed = self.file.read_text(encoding="utf-8").rstrip("\r\n")
            self._written = True
            self._talk.say(self._talk.words("password_as_before", user=imap.user, file=self.file.name))
            return self._typed
        self._typed = self._talk.ask_secret(self._talk.words("password_not_shown", user=imap.user), flags=_FLAGS)
        return self._typed

    def password_again(self, imap: Server) -> tuple[Server, str]:
        """Another try; an empty one asks who signs in."""
        words = self._talk.words
        self._talk.tell(words("password_again"), "  ")
        typed = self._talk.ask_secret(words("password", user=imap.user), flags=_FLAGS)
        if not typed:
            imap = replace(imap, user=self._talk.ask(Question(words("user"), "--user", proposal=imap.user or "")))
            typed = self._talk.ask_secret(words("password", user=imap.user), flags=_FLAGS)
        if self._written:  # the one of the last time works no more
            self.file.unlink(missing_ok=True)
            self._written = False
        self._typed = typed
        return imap, typed

    def worked(self, password: str) -> None:
        """Give a typed one its home."""
        if self._typed == password and self._talk.repeats and self._is_to_be_kept:
            with self._held():
                self.write()
            self._talk.typed.keep("password-kept", self.file.name)

    @property
    def _is_to_be_kept(self) -> bool:
        return bool(self._typed) and not self.is_given

    def write(self) -> None:
        """The file, if there is to be one and there is none yet."""
        if self._is_to_be_kept and not self._written:
            new_file(self.file, self._typed + "\n", 0o600)
            self._written = True
            alone = readers_of(self.file.parent) is None
            self._talk.tell(self._talk.words("password_kept" if alone else "password_shared", file=self.file), "  ")

    def take_back(self) -> None:
        """No configuration came of it, and nobody sits there who would go on."""
        if self._written and not self._talk.repeats:
            with contextlib.suppress(OSError):
                self.file.unlink(missing_ok=True)

    def _where(self) -> Secret | None:
        args = self._args
        if args.password_file:
            return FileSecret(args.password_file)
        if args.env:
            return EnvSecret(args.env)
        return KeyringSecret(args.keyring) if args.keyring else None

    def as_key(self) -> str:
        """Where the password is, as a key of the table."""
        args = self._args
        if args.env:
            return f"password = {{ env = {quoted(args.env)} }}"
        if args.keyring:
            return f"password = {{ keyring = {quoted(args.keyring)} }}"
        if args.credential:
            return f"password = {{ credential = {quoted(args.credential)} }}"
        file = args.password_file.absolute() if args.password_file else self.file
        return f"password = {{ file = {quoted(str(file))} }}"

    def oauth(self, provider: Provider | None) -> str:
        """The key for a sign-in with tokens."""
        words, args = self._talk.words, self._args
        question = Question(
            words("client_id"), "--client-id", args.client_id, check=self._no_client_id, words=("none",)
        )
        client_id = self._talk.ask(question)
        authorization = provider.authorization if provider else None
        if args.issuer or authorization is None:
            return f"oauth = {{ provider = {{ issuer = {quoted(args.issuer)} }}, client_id = {quoted(client_id)} }}"
        told = [f"provider = {quoted(authorization.name)}", f"client_id = {quoted(client_id)}"]
        if authorization.name == "microsoft":
            tenant = self._talk.ask(Question(words("tenant"), "--tenant", args.tenant, "none", words=("none",)))
            told += [f"tenant = {quoted(tenant)}"] if tenant != "none" else []
        return f"oauth = {{ {', '.join(told)} }}"

    def _no_client_id(self, text: str) -> str:
        return self._talk.words("no_client_id") if text == "none" or " " in text else ""
