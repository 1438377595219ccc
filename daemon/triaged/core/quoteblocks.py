"""The block that Outlook and forwards put above a quote, `From:`, `Sent:`, `To:`, `Subject:`, in any of the languages."""

import re
from collections.abc import Sequence

from triaged.core.quoteheaders import LONGEST
from triaged.core.quotesigns import FIRST_FIELDS, QuoteSigns

_MOST_LINES = 12
_FEWEST_FIELDS = 3
_LABEL_LIMIT = 24  # characters
_RFC_DATE = re.compile(r"\d\d:\d\d:\d\d [+-]\d{4}")  # RFC 5322 3.3, as no person writes it


def may_be_field(line: str) -> bool:
    """Whether a line begins like `Name: value`."""
    label = line[:_LABEL_LIMIT]
    return ":" in label or "：" in label


def labelled_lines(text: str) -> list[int]:
    """The numbers of the lines that may begin like `Name: value`, found by their colons, which most lines lack."""
    found, number, start, colon = [], 0, 0, text.find(":")
    while colon >= 0:
        line = text.rfind("\n", start, colon) + 1 or start
        number += text.count("\n", start, line)
        if colon - line < _LABEL_LIMIT:
            found.append(number)
        start = line
        end = text.find("\n", colon)
        colon = text.find(":", end) if end >= 0 else -1
    return found


def block_end(lines: Sequence[str], number: int, signs: QuoteSigns) -> int:
    """The line after the block that begins on a line; 0 if none begins there.

    A subject or an address must be among its fields: a journey has From, To and Date, too. Two fields are enough where
    one of them is a date as only programs write it.
    """
    if number >= len(lines) or _field(lines[number], signs) not in FIRST_FIELDS:
        return 0
    found, end, address, dated = set[str](), 0, False, False
    for below in range(number, min(number + _MOST_LINES, len(lines))):
        line = lines[below]
        if len(line) > 2 * LONGEST or not line.strip():
            break
        address = address or "@" in line
        if field := _field(line, signs):
            if field == "from" and field in found:
                break  # of the next block
            found.add(field)
            dated = dated or (field == "date" and _RFC_DATE.search(line) is not None)
            end = below + 1
    found.discard("other")
    if dated and address and len(found) > 1:
        return end
    whole = len(found) >= _FEWEST_FIELDS and "from" in found and ("subject" in found or address)
    return end if whole else 0


def _field(line: str, signs: QuoteSigns) -> str:
    """The canonical field that a line of a block begins with, "" if it begins with none."""
    stripped = line.strip().lstrip("*> ")
    colon = stripped[:_LABEL_LIMIT].replace("：", ":").find(":")
    if colon < 1:
        return ""
    return signs.fields.get(stripped[:colon].strip("*_ \u00a0").casefold(), "")
