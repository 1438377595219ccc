"""Subjects: the prefixes that mail programs of all languages put before them."""

import re

_REPLY = "re|aw|antw|antwort|sv|vs|ref|rif|r|res|odp|ynt|atb|bls|va|vá|ad|σχετ|απ|hb|回复|答复|返信"
_FORWARD = "fwd|fw|wg|tr|rv|enc|i|vb|vl|doorst|pd|ilt|továb|转发|転送"
_PREFIX = re.compile(
    rf"[ \t]*(?:({_REPLY})|({_FORWARD}))[ \t]?(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|\^\d{{1,4}})?[ \t]?[:：]", re.IGNORECASE
)


def bare(subject: str) -> str:
    """Take all reply and forward prefixes off, numbered ones (`RE[2]:`) too: `AW: Re: Offer` gives `Offer`."""
    position = 0
    while prefix := _PREFIX.match(subject, position):
        position = prefix.end()
    return subject[position:].strip()


def is_reply(subject: str) -> bool:
    """Say whether any of the prefixes is a reply's."""
    return any(kind == 1 for kind in _prefixes(subject))


def is_forward(subject: str) -> bool:
    """Say whether the first prefix is a forward's."""
    return _prefixes(subject)[:1] == (2,)


def _prefixes(subject: str) -> tuple[int, ...]:
    """The prefixes in order, 1 for a reply's, 2 for a forward's."""
    kinds: list[int] = []
    position = 0
    while prefix := _PREFIX.match(subject, position):
        kinds.append(1 if prefix[1] else 2)
        position = prefix.end()
    return tuple(kinds)
