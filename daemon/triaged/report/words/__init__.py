"""The words of the report, by language; English where we have none."""

from triaged.report.words import english, french, german, spanish
from triaged.report.words.shape import ClientWords, Words

__all__ = ["ClientWords", "Words", "client_words_of", "words_of"]

_WORDS = {"en": english.WORDS, "de": german.WORDS, "fr": french.WORDS, "es": spanish.WORDS}
_CLIENT_WORDS = {
    "en": english.CLIENT_WORDS,
    "de": german.CLIENT_WORDS,
    "fr": french.CLIENT_WORDS,
    "es": spanish.CLIENT_WORDS,
}


def words_of(language: str) -> Words:
    """What I read."""
    return _WORDS.get(_subtag(language), english.WORDS)


def client_words_of(language: str) -> ClientWords:
    """What a client is shown."""
    return _CLIENT_WORDS.get(_subtag(language), english.CLIENT_WORDS)


def _subtag(language: str) -> str:
    """The language without its region (RFC 5646 2.2.1)."""
    return language.partition("-")[0].casefold()
