"""Questions to a person: on a terminal or over a pipe, each with a proposal that an empty line takes."""

import getpass
import sys
from collections.abc import Sequence

from triaged.cli.common import Failed


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

    def ask(self, question: str, proposal: str = "", *, flag: str) -> str:
        """An answer; an empty one is the proposal.

        Args:
            question: without a question mark at its end, as a label.
            proposal: "" if there is none: then an answer is needed.
            flag: the option that would have answered it.

        Raises:
            Failed: the answers have ended, or nothing may be asked.
        """
        if self._silent:
            return self._needed(proposal, question, flag)
        sys.stdout.write(f"{question} [{proposal}]: " if proposal else f"{question}: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            sys.stdout.write("\n")
        if not line and not proposal:
            raise Failed(f"the answers ended before “{question}”: give it with {flag}")
        answer = line.strip() or proposal
        return answer if answer or not self.repeats else self.ask(question, proposal, flag=flag)

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
        while True:
            answer = given or self.ask(f"{question} (numbers, all or none)", told, flag=flag)
            numbers = _numbers(answer, count)
            if numbers is not None:
                return numbers
            if given or not self.repeats:
                raise Failed(f'{answer!r} are no numbers from 1 to {count}: write "1,3", "1-4", "all" or "none"')
            self.say(f'  Write numbers from 1 to {count}, like "1,3" or "1-4", or "all", or "none".')

    @staticmethod
    def _needed(proposal: str, question: str, flag: str) -> str:
        if not proposal:
            raise Failed(f"“{question}” has no usual answer: give it with {flag}")
        return proposal


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
