"""The words of languages: one TOML file each, beside this module. Files in, words out; nothing here knows what they are for.

`en.toml` says what each key means. A language is added by adding its file.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

_MOST_TOLD = "en"
"""The language that has every section, and that stands in for the others."""


class Lexicon:
    """The languages of one folder. A file is read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Mapping[str, Any]] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The tags of all languages there are (RFC 5646), English first."""
        names = sorted(path.stem for path in self.folder.glob("*.toml"))
        return tuple(sorted(names, key=lambda name: name != _MOST_TOLD))

    @cached_property
    def _by_tag(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.languages}

    def everywhere(self, section: str, key: str) -> tuple[str, ...]:
        """What a list of phrases holds in all languages together, none twice."""
        tables = (self.table(language).get(section, {}) for language in self.languages)
        return tuple(dict.fromkeys(phrase for table in tables for phrase in table.get(key, ())))

    def writing(self, section: str) -> tuple[str, ...]:
        """The languages that have a section: those in which triaged can write what it holds."""
        return tuple(language for language in self.languages if section in self.table(language))

    def own(self, tag: str, section: str) -> Mapping[str, Any] | None:
        """A section of the language of a tag ("de", "pt-BR"), else of that without its region; None if it has none."""
        tag = tag.replace("_", "-").casefold()
        for name in (tag, tag.partition("-")[0]):
            found = self.table(self._by_tag[name]).get(section) if name in self._by_tag else None
            if found is not None:
                return dict(found)
        return None

    def section(self, tag: str, section: str) -> Mapping[str, Any]:
        """A section of the language of a tag, the English one where it has none."""
        found = self.own(tag, section)
        return self.table(_MOST_TOLD)[section] if found is None else found

    def table(self, language: str) -> Mapping[str, Any]:
        """All that one of `languages` says."""
        if language not in self._read:
            self._read[language] = tomli.loads((self.folder / f"{language}.toml").read_text("utf-8"))
        return self._read[language]


LEXICON = Lexicon(Path(__file__).parent)
"""The languages that we ship."""
