"""The closed list of what can be wrong with a message, each word with its meaning."""

from collections.abc import Mapping
from types import MappingProxyType

_REFUSING: dict[str, str] = {
    "limit-header": "the header is longer than 256 KiB",
    "limit-field": "a header field is longer than 16 KiB",
    "limit-fields": "more than 1000 header fields",
    "limit-addresses": "more than 500 addresses in one field",
    "limit-parts": "more than 200 parts",
    "limit-depth": "parts nested deeper than 20",
    "limit-structure": "a structure of parts that is too large to be read",
    "nul": "a NUL octet in the header",
    "bare-cr": "a carriage return without line feed in the header",
    "junk-in-header": "a line in the header that is no field",
    "blank-before-colon": "a blank between a field's name and its colon",
    "no-from": "no From field",
    "malformed-from": "the From field does not hold one plain mailbox",
    "two-from": "more than one From field",
    "two-return-path": "more than one Return-Path field",
    "malformed-return-path": "the Return-Path holds no plain address",
    "two-message-id": "more than one Message-ID field",
    "no-message-id": "no valid Message-ID",
    "two-date": "more than one Date field",
    "two-subject": "more than one Subject field",
    "two-to": "more than one To field",
}
_HARMLESS: dict[str, str] = {
    "truncated": "only the beginning of the body was read",
    "bad-date": "no valid Date field",
    "two-content-type": "more than one Content-Type field",
    "bad-content-type": "the Content-Type cannot be read",
    "no-boundary": "a multipart type without a usable boundary",
    "missing-part": "a multipart body without any part",
    "unclosed-part": "a multipart body without its closing line",
    "junk-in-part-header": "a line in a part's header that is no field",
    "bad-base64": "broken base64",
    "unknown-encoding": "an unknown Content-Transfer-Encoding",
    "unknown-charset": "a charset that is unknown or refused",
    "garbled-text": "text in no known encoding",
    "unopened-format": "only in a format that cannot be opened",
    "limit-text": "more than 200 KB of text",
}

DEFECTS: Mapping[str, str] = MappingProxyType({**_REFUSING, **_HARMLESS})
REFUSING: frozenset[str] = frozenset(_REFUSING)
"""Defects with which a message is never answered: its identity or its extent is in doubt."""
UNREADABLE: frozenset[str] = frozenset({"garbled-text", "unopened-format"})
"""Defects with which nothing can be said about the text: such a message is a person's to look at."""
