"""What servers and firms put around a text: banners above it, disclaimers about who may read it."""

from collections.abc import Sequence

from triaged.core.quoteheaders import LONGEST
from triaged.core.quotesigns import QuoteSigns

_BANNER_LINES = 4


def banner_end(lines: Sequence[str], number: int, opening: str, signs: QuoteSigns) -> int:
    """The line after a banner that begins on a line; 0 if none begins there.

    Those of its lines that speak of mail, too, belong to it; what follows without a blank line may be the text.
    """
    head = lines[number].strip()[:LONGEST]
    if not ((opening in signs.warnings and signs.banner.match(head)) or signs.tagged.match(head)):
        return 0
    for below in range(number + 1, min(number + _BANNER_LINES, len(lines))):
        line = lines[below].strip()
        if not line or not signs.banner_more.search(line[:LONGEST]):
            return below
    return number + 1


def disclaimer_end(lines: Sequence[str], kinds: Sequence[str], number: int, signs: QuoteSigns) -> int:
    """The line after a paragraph about who may read this mail; 0 if none begins on the line."""
    if not signs.disclaimer.match(lines[number].strip()[:LONGEST]):
        return 0
    while number < len(lines) and lines[number].strip() and not kinds[number]:
        number += 1
    return number
