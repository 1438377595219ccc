"""Subjects: the prefixes that mail programs of all languages put before them."""

import re
from functools import cache

from triaged.words import LEXICON


@cache
def _prefix() -> re.Pattern[str]:
    answer, forward = ("|".join(map(re.escape, LEXICON.everywhere("subjects", kind))) for kind in ("answer", "forward"))
    return re.compile(
        rf"[ \t]*(?:({answer})|({forward}))[ \t]?(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|\^\d{{1,4}})?[ \t]?[:：]", re.IGNORECASE
    )


_TAG = re.compile(r"[ \t]*\[[^\[\]]{1,60}\]")


def bare(subject: str) -> str:
    """Take all reply and forward prefixes off, numbered ones (`RE[2]:`) too: `AW: Re: Offer` gives `Offer`.

    A tag that a gateway or a ticket system puts before or between them stays: `Re: [EXT] AW: Offer` gives `[EXT] Offer`.
    """
    tags, _, position = _front(subject)
    return " ".join([*tags, subject[position:].strip()]).strip()


def is_reply(subject: str) -> bool:
    """Say whether any of the prefixes is a reply's."""
    return "reply" in _front(subject)[1]


def is_forward(subject: str) -> bool:
    """Say whether the first prefix is a forward's."""
    return _front(subject)[1][:1] == ["forward"]


def _front(subject: str) -> tuple[list[str], list[str], int]:
    """The tags among the prefixes, the kinds of the prefixes in order, and where what follows the last one begins."""
    tags: list[str] = []
    kinds: list[str] = []
    waiting: list[str] = []  # tags after which no prefix has come yet: they belong to the subject
    position = end = 0
    if ":" not in subject and "：" not in subject:
        return tags, kinds, end
    while True:
        if prefix := _prefix().match(subject, position):
            kinds.append("reply" if prefix[1] else "forward")
            tags += waiting
            waiting = []
            position = end = prefix.end()
        elif tag := _TAG.match(subject, position):
            waiting.append(tag[0].strip())
            position = tag.end()
        else:
            return tags, kinds, end
