"""The words of the first hour in one language: what `init` says, and what of an answer is a word. Both are data of their language."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from triaged.words import LEXICON

_WORD = re.compile(r"[^\W\d_]+")


class FirstWords:
    """One language; English where we have none of a tag."""

    def __init__(self, tag: str) -> None:
        self._tag = tag

    @cached_property
    def _table(self) -> Mapping[str, Any]:
        return LEXICON.section(self._tag, "init")

    def __call__(self, key: str, **values: object) -> str:
        """One text, filled in."""
        return str(self._table[key]).format(**values)

    def counted(self, key: str, n: int) -> str:
        """A text that is one of one, and another of any other number."""
        return self(f"{key}_one" if n == 1 else f"{key}_many", n=n)

    def of(self, kind: str, name: str) -> str:
        """One of a table of texts; the name itself where it has none."""
        return str(self._table[kind].get(name, name))

    # --- answers: the program knows each by one word, whatever language it was given in -----------------------------------

    def meant(self, answer: str, meanings: tuple[str, ...]) -> str:
        """The one of `meanings` that an answer says in this language, else the answer as it is."""
        said = answer.casefold()
        return next(
            (one for one in meanings if said == one or said in map(str.casefold, self._ways("answers", one))), answer
        )

    def shown(self, answer: str, meanings: tuple[str, ...]) -> str:
        """The other way round, as it is proposed."""
        return self._ways("answers", answer)[0] if answer in meanings else answer

    def times_meant(self, text: str) -> str:
        """Days and other words of a time as the configuration writes them: „mo-do“ is mon-thu."""
        known = {way: one for one in self._table["times"] for way in self._ways("times", one)}
        known |= dict.fromkeys(self._ways("times", "noise"), "")
        meant = _WORD.sub(lambda found: known.get(found[0].casefold(), found[0]), text)
        return " ".join(meant.split())

    def times_shown(self, text: str) -> str:
        """The other way round."""
        return _WORD.sub(lambda found: self._ways("times", found[0])[0], text)

    def _ways(self, kind: str, name: str) -> list[str]:
        return str(self._table[kind].get(name, name)).split("|")
