"""Whether one text still says what another said: a draft that a mail client has sent, changed or not. Pure."""

import re

_WORDS = re.compile(r"\w+")
_RUN = 4  # words in a row: no answer of a person has half of them by chance
_HALF = 0.5


def still_says(text: str, draft: str) -> bool:
    """Whether at least half of what `draft` says stands in `text`, word by word; how it is wrapped does not matter."""
    said = _runs(draft)
    return bool(said) and len(said & _runs(text)) >= _HALF * len(said)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [word.casefold() for word in _WORDS.findall(text)]
    return {tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))} if words else set()
