"""Telephone numbers in texts: where they end, and what they are in E.164."""

import re
from collections.abc import Callable, Iterator

from triaged.core.expression import Expression
from triaged.core.notation import any_of
from triaged.words import LEXICON


def _said(key: str) -> str:
    return any_of(LEXICON.everywhere("calls", key))


# What stands beside a number and is none: lengths, times and dates. They end it.
_WHEN = Expression(
    lambda: (
        rf"\(?(?<![\d:.])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?![\d:])(?:\s*(?:[ap]\.?m\b\.?|{_said('clock')}))?\)?"
        rf"|\d{{1,2}}\.\d{{2}}\s*{_said('clock')}"
        r"|(?<![\d./+-])(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?![./-]?\d)"
        rf"|\(?\b\d{{1,4}}\s*{_said('seconds')}\.?\)?"
    ),
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w@.])(?:\+|\(|\d)[\d\s().\-/\u00a0\u2011]{1,30}\d(?!\w)")
_NO_NUMBER = " ; "
_DIGITS = 7  # shorter ones are extensions and service numbers, no client's
_NOT_DIGITS = re.compile(r"\D")
_WITH_COUNTRY = re.compile(r"[1-9]\d{9,14}\Z")  # as exchanges write numbers of abroad, without any sign before them


def numbers_in(text: str, region: str | None, knows: Callable[[str], bool]) -> Iterator[str]:
    """The numbers that a text names, in E.164; times, dates and lengths are none, and end one.

    Where digits may be a national number or begin with a country, it is that which is known.
    """
    for found in _NUMBER.finditer(_WHEN.sub(text, _NO_NUMBER)):
        digits = _NOT_DIGITS.sub("", found[0])
        abroad = e164(f"+{digits}", region) if "+" not in found[0] and _WITH_COUNTRY.match(digits) else None
        if abroad and knows(abroad):
            yield abroad
        elif number := e164(found[0], region):
            yield number


def without_numbers(text: str) -> str:
    """A text without its numbers, times, dates and lengths."""
    return _NUMBER.sub(" ", _WHEN.sub(text, " "))


def e164(number: str, region: str | None) -> str | None:
    """Normalise a telephone number to E.164, national ones by the region (ISO 3166 two letters); None if it is none."""
    if not any(one.isdigit() for one in number):
        return None
    import phonenumbers  # megabytes of tables: only mail of a telephone system pays for them

    try:
        parsed = phonenumbers.parse(number[:60], region)
    except phonenumbers.NumberParseException:
        return None
    if len(str(parsed.national_number)) < _DIGITS or not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def is_region(text: str) -> bool:
    """Say whether national numbers can be read by this country (ISO 3166, two capital letters)."""
    import phonenumbers

    return bool(phonenumbers.country_code_for_region(text))
