"""What a stranger would like my server to say in my name: addresses, links, host names and telephone numbers in a subject.

A subject in, the same without them out; each becomes an ellipsis, the rest stays. For what nobody vouches for.
"""

import re
from functools import lru_cache
from typing import Final

GONE: Final = "…"

_DOTS: Final = str.maketrans(
    "。．｡․", "...."
)  # whatever a mail program turns into a link (RFC 3490 3.1; the one dot leader)
_BESIDE: Final = frozenset({"onion", "example", "test", "invalid"})  # RFC 7686, RFC 2606: on no list of suffixes
_LINK: Final = re.compile(r"[a-z][a-z0-9+.-]{0,20}:/{1,2}\S+|\bwww\.\S+|\b(?:mailto|tel|sips?):\S+", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>\"']+[@＠﹫][^\s<>\"']+")
_HOST: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+(?:[/:?#]\S*)?")
_NUMBER: Final = re.compile(
    r"(?<!\d)(?:(?P<date>\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.]) ?\d{1,2}\3 ?(?:\d{4}|\d{2})|(?:19|20)\d{6})(?!\d|[-/.]\d)"
    r"|[+(]{0,2}\d(?:[ \-/.()\u00a0\u2010\u2011]{0,3}\d){6,}\)?)"
)


def without_lures(subject: str) -> str:
    """The subject, each address, link, name that ends in a public suffix, and run of seven digits that is no date left out."""
    plain = _ADDRESS.sub(GONE, _LINK.sub(GONE, subject.translate(_DOTS)))
    return _NUMBER.sub(_unless_date, _HOST.sub(_unless_word, plain))


def _unless_date(found: re.Match[str]) -> str:
    return found[0] if found["date"] else GONE


def _unless_word(found: re.Match[str]) -> str:
    """A file's name, a version, an abbreviation stay; what somebody could own as a host's name does not."""
    name = re.split(r"[/:?#]", found[0], maxsplit=1)[0]
    labels = name.split(".")
    if all(label.isdigit() for label in labels):
        address = len(labels) == 4 and all(len(label) <= 3 for label in labels)  # noqa: PLR2004 — of IPv4
        return GONE if address else found[0]
    return GONE if _is_host(name.casefold()) else found[0]


@lru_cache(maxsize=512)
def _is_host(name: str) -> bool:
    if name.rpartition(".")[2] in _BESIDE:
        return True
    suffixes = _suffixes()
    return suffixes.privatesuffix(name) is not None  # type: ignore[attr-defined]  # the library ships no types


@lru_cache(maxsize=1)
def _suffixes() -> object:
    from publicsuffixlist import PublicSuffixList  # 10,000 rules: read once, when first asked for

    return PublicSuffixList(accept_unknown=False)
