"""Questions to a person: on a terminal or over a pipe, each with a proposal that an empty line takes."""

import getpass
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence

from triaged.cli.common import Failed

Check = Callable[[str], str]

_NARROWEST = 44
"""Columns beside the first one that words get at least."""


def _anything(_: str) -> str:
    return ""


class Talk:
    """One conversation. `silent`: nothing is asked, every proposal is taken."""

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent

    @property
    def repeats(self) -> bool:
        """Whether asking again may bring a better answer: somebody sits there."""
        return sys.stdin.isatty() and not self._silent

    def say(self, text: str = "") -> None:
        """Tell something."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

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

    def ask(
        self, question: str, proposal: str = "", given: str | None = None, *, flag: str, check: Check = _anything
    ) -> str:
        """An answer; an empty one is the proposal.

        Args:
            question: without a question mark at its end, as a label.
            proposal: "" if there is none: then an answer is needed.
            given: the answer, if it is known already.
            flag: the option that gives it.
            check: what is wrong with an answer, in words; "" nothing is.

        Raises:
            Failed: the answers have ended, nothing may be asked, or the answer is wrong and nobody sits there.
        """
        while True:
            answer = given or self._answer(question, proposal, flag)
            wrong = check(answer)
            if answer and not wrong:
                return answer
            if given or not self.repeats:
                raise Failed(wrong)
            if wrong:
                self.say(f"  {wrong}")

    def _answer(self, question: str, proposal: str, flag: str) -> str:
        if self._silent:
            if not proposal:
                raise Failed(f"“{question}” has no usual answer: give it with {flag}")
            return proposal
        sys.stdout.write(f"{question} [{proposal}]: " if proposal else f"{question}: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            sys.stdout.write("\n")
        if not line.strip() and not proposal and not (line and self.repeats):
            raise Failed(f"the answers ended before “{question}”: give it with {flag}")
        return line.strip() or proposal

    def ask_secret(self, question: str, *, flags: str) -> str:
        """A password, not shown while it is typed."""
        if self._silent:
            raise Failed(f"no password: give it with {flags}")
        if sys.stdin.isatty():
            return getpass.getpass(f"{question}: ")
        sys.stdout.write(f"{question}: \n")
        line = sys.stdin.readline()
        if not line.strip():
            raise Failed(f"the answers ended before “{question}”: give it with {flags}")
        return line.rstrip("\r\n")

    def choose(self, question: str, count: int, proposal: Sequence[int], given: str | None, *, flag: str) -> list[int]:
        """Numbers from 1 to `count`: "1,3", "1-4", "all" or "none"; `given`: the answer, if it is known already."""
        told = ",".join(map(str, proposal)) or "none"

        def check(answer: str) -> str:
            fine = _numbers(answer, count) is not None
            return "" if fine else f'{answer!r} are no numbers from 1 to {count}: write "1,3", "1-4", "all" or "none"'

        answer = self.ask(f"{question} (numbers, all or none)", told, given, flag=flag, check=check)
        return _numbers(answer, count) or []


def _numbers(answer: str, count: int) -> list[int] | None:
    words = answer.casefold().replace(",", " ").split()
    if words in (["none"], ["all"]):
        return list(range(1, count + 1)) if words == ["all"] else []
    found: list[int] = []
    for word in words:
        first, dash, last = word.partition("-")
        last = last if dash else first
        if not first.isdecimal() or not last.isdecimal():
            return None
        found.extend(range(int(first), int(last) + 1))
    return list(dict.fromkeys(found)) if all(1 <= one <= count for one in found) else None
