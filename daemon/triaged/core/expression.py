"""Regular expressions that are compiled when they are first asked: a start does not pay for what no mail has asked yet.

For those with many words in them, which take a millisecond and more each, and whose text may itself be put together
then. Small ones are compiled where they stand.
"""

import re
from collections.abc import Callable
from functools import cached_property

Asked = Callable[[str], re.Match[str] | None]


class Expression:
    """A regular expression as `re` reads it, with the three questions that are asked of a text."""

    def __init__(self, text: str | Callable[[], str], flags: int = 0) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def match(self) -> Asked:
        """At the start of the text."""
        return self._compiled.match

    @cached_property
    def search(self) -> Asked:
        """Anywhere in it."""
        return self._compiled.search

    @cached_property
    def fullmatch(self) -> Asked:
        """The whole of it."""
        return self._compiled.fullmatch

    def sub(self, text: str, by: str) -> str:
        """A text with it put in place of whatever is found."""
        return self._compiled.sub(by, text)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text if isinstance(self._text, str) else self._text(), self._flags)
