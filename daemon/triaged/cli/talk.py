"""Questions to a person: on a terminal or over a pipe, each with a proposal that an empty line takes.

An answer may be known before it is asked for: by an option, by a file of answers, or because it was typed the last time.
"""

import getpass
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from triaged.cli.beginning.typed import Typed
from triaged.cli.common import Failed
from triaged.setup.firstwords import FirstWords

Check = Callable[[str], str]

_NARROWEST = 44
"""Columns beside the first one that words get at least."""
_ROOM = 4
"""Columns that a question leaves for brackets and colon; a longer one stands on lines of its own."""
_WIDEST = 76
"""Columns that running text uses at most."""


def _anything(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, without a question mark at its end, as a label.

    `flag` is the option that gives the answer, `given` the answer if it is known already. Without `proposal` an answer is
    needed. `check` says what is wrong with one, in words; "": nothing is. `words`: what may be answered by a word (as
    "none"), which is then the same in all languages.
    """

    text: str
    flag: str
    given: str | None = None
    proposal: str = ""
    check: Check = _anything
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """By what its answer is known."""
        return self.flag.lstrip("-")


class Talk:
    """One conversation.

    `silent`: nothing is asked, every proposal is taken. `written`: answers of a file by name, each with the place to
    complain about. `typed`: what a person has typed, now and the last time.
    """

    def __init__(
        self,
        *,
        silent: bool = False,
        written: Mapping[str, tuple[str, str]] | None = None,
        typed: Typed | None = None,
        words: FirstWords | None = None,
    ) -> None:
        self._silent = silent
        self._written = dict(written or {})
        self._left = set(self._written)
        self.typed = typed or Typed.nowhere()
        self.words = words or FirstWords("en")

    @property
    def repeats(self) -> bool:
        """Whether asking again may bring a better answer: somebody sits there."""
        return sys.stdin.isatty() and not self._silent

    def refuse_what_is_left(self) -> None:
        """Raises Failed: a file answers what nothing asks for."""
        for name in sorted(self._left):
            _, place = self._written[name]
            raise Failed(
                f"{place}: error: nothing asks for {name}: there is no such client here, or not in this situation"
            )

    def say(self, text: str = "") -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def tell(self, text: str, indent: str = "") -> None:
        """Running text, broken where the terminal ends; each line of it is a paragraph, or with a dash an item of a list."""
        columns = min(shutil.get_terminal_size().columns, _WIDEST)
        for line in text.splitlines() or [""]:
            begins = indent + line[: len(line) - len(line.lstrip())]
            goes_on = f"{begins}  " if line.lstrip().startswith("- ") else begins
            filled = textwrap.fill(
                line.strip(), columns, initial_indent=begins, subsequent_indent=goes_on,
                break_on_hyphens=False, break_long_words=False,  # a path can be copied
            )  # fmt: skip
            self.say(filled or begins.rstrip())

    def table(self, rows: Sequence[tuple[str, str]]) -> None:
        """Tell two columns; the second is broken where the terminal ends, never narrower than a few words."""
        first = max(len(left) for left, _ in rows)
        columns = max(shutil.get_terminal_size().columns, first + _NARROWEST)
        for left, right in rows:
            self.say(
                textwrap.fill(
                    right, columns, initial_indent=f"  {left:<{first}}  ", subsequent_indent=" " * (first + 4)
                )
            )

    def ask(self, question: Question) -> str:
        """An answer; an empty one is the proposal.

        Raises:
            Failed: the answers have ended, nothing may be asked, or the answer is wrong and nobody sits there.
        """
        if question.given is None and question.name in self._written:
            return self._from_file(question)
        before = None if question.given is not None else self.typed.take(question.name)
        if before is not None and not question.check(before):
            self.tell(self.words("as_before", question=question.text, answer=self.words.shown(before, question.words)))
            return before
        while True:
            answer = self.words.meant(question.given or self._answer(question), question.words)
            wrong = question.check(answer)
            if answer and not wrong:
                if not question.given:
                    self.typed.keep(question.name, answer)
                return answer
            if question.given or not self.repeats:
                raise Failed(wrong)
            if wrong:
                self.tell(wrong, "  ")

    def _from_file(self, question: Question) -> str:
        answer, place = self._written[question.name]
        self._left.discard(question.name)
        answer = self.words.meant(answer, question.words)
        if wrong := question.check(answer):
            raise Failed(f"{place}: error: {wrong}")
        return answer

    def _answer(self, question: Question) -> str:
        text, proposal = question.text, self.words.shown(question.proposal, question.words)
        if self._silent:
            if not proposal:
                raise Failed(f"“{text}” has no usual answer: give it with {question.flag}")
            return proposal
        if len(text) + len(proposal) > shutil.get_terminal_size().columns - _ROOM:
            self.tell(text)
            text = ""
        sys.stdout.write(f"{text} [{proposal}]: ".lstrip() if proposal else f"{text}: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            sys.stdout.write("\n")
        elif not line:
            _stop()
        if not line.strip() and not proposal and not (line and self.repeats):
            raise Failed(f"the answers ended before “{text}”: give it with {question.flag}")
        return line.strip() or proposal

    def knows(self, question: Question) -> bool:
        """Whether its answer is there already, in a file or from the last time."""
        return question.name in self._written or question.name in self.typed.before

    def ask_text(self, question: Question) -> str:
        """Several lines, up to one with only a dot. What was begun the last time is shown, and goes on."""
        if question.name in self._written:
            return self._from_file(question)
        if (before := self.typed.take(question.name)) is not None and not question.check(before):
            return before
        if self._silent:
            return ""
        begun = self.typed.take(f"{question.name}.begun")
        lines = begun.split("\n") if begun else []
        for line in lines:
            self.say(line)
        while (line := sys.stdin.readline()) and line.strip() != ".":
            lines.append(line.rstrip("\r\n"))
            self.typed.keep(f"{question.name}.begun", "\n".join(lines))
        return "\n".join(lines)

    def ask_secret(self, question: str, *, flags: str) -> str:
        """A password, not shown while it is typed."""
        if self._silent:
            raise Failed(f"no password: give it with {flags}")
        if sys.stdin.isatty():
            try:
                return getpass.getpass(f"{question}: ")
            except EOFError:
                _stop()
        sys.stdout.write(f"{question}: \n")
        line = sys.stdin.readline()
        if not line.strip():
            raise Failed(f"the answers ended before “{question}”: give it with {flags}")
        return line.rstrip("\r\n")


def _stop() -> None:
    """Ctrl-D at a terminal ends as Ctrl-C does: it is no answer."""
    signal.raise_signal(signal.SIGINT)


def numbers(answer: str, count: int) -> list[int] | None:
    """Numbers from 1 to `count`: "3" or "1-4"; None: it is neither."""
    first, dash, last = answer.partition("-")
    last = last if dash else first
    if not first.isdecimal() or not last.isdecimal():
        return None
    found = list(range(int(first), int(last) + 1))
    return found if found and all(1 <= one <= count for one in found) else None
